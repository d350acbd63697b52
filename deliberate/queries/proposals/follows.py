"""Follows of proposals, processes and institutions."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Follow, Person


def is_following(person: Person, subject_type: str, subject_id: int) -> bool:
    """Return whether a person follows a subject."""
    follow_id = db.session.scalar(
        select(Follow.id).where(
            Follow.person_id == person.id,
            Follow.subject_type == subject_type,
            Follow.subject_id == subject_id,
        )
    )
    return follow_id is not None

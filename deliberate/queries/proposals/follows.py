"""Follows of proposals, processes, institutions and topics."""

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import Follow, Person, Proposal


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


def has_topic(topic: str) -> bool:
    """Return whether a proposal that everyone may see names a topic."""
    proposals = select(Proposal.id).where(
        Proposal.topic != "", func.lower(Proposal.topic) == topic.lower(), Proposal.visible_to(None)
    )
    return db.session.scalar(proposals.limit(1)) is not None

"""Drafts as their author alone reads them."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Draft

SHOWN = 20


def draft_of(person_id: int, number: int) -> Draft | None:
    """A person's draft; nobody else's."""
    return db.session.scalar(select(Draft).where(Draft.id == number, Draft.person_id == person_id))


def drafts_of(person_id: int) -> Sequence[Draft]:
    """A person's drafts, the newest first."""
    own = select(Draft).where(Draft.person_id == person_id)
    return db.session.scalars(own.order_by(Draft.id.desc()).limit(SHOWN)).all()

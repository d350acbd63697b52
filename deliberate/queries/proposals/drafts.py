"""Drafts of proposals; only their author reads them."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Draft

MAX_DRAFTS = 20


def get_draft(person_id: int, draft_id: int) -> Draft | None:
    """Return a draft of a person; None for a draft of another person."""
    return db.session.scalar(
        select(Draft).where(Draft.id == draft_id, Draft.person_id == person_id)
    )


def list_drafts(person_id: int) -> Sequence[Draft]:
    """Return the drafts of a person, the newest first."""
    drafts = select(Draft).where(Draft.person_id == person_id)
    return db.session.scalars(drafts.order_by(Draft.id.desc()).limit(MAX_DRAFTS)).all()

"""Files beside proposals, as pages read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Attachment, Proposal


@dataclass(frozen=True)
class File:
    """A file as a line of a page names it."""

    id: int
    proposal_id: int
    title: str
    name: str
    kind: str
    size: int


def attachments_of(proposal: Proposal) -> Sequence[Attachment]:
    """The files that are there, in the order in which they came."""
    there = select(Attachment).where(
        Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)
    )
    return db.session.scalars(there.order_by(Attachment.id)).all()


def attachment_named(proposal_id: int, name: str) -> Attachment | None:
    """A file of a proposal by its random name, a removed one too."""
    return db.session.scalar(
        select(Attachment)
        .where(Attachment.proposal_id == proposal_id, Attachment.name == name)
        .options(joinedload(Attachment.proposal).joinedload(Proposal.author))
    )


def attachment_numbered(proposal_id: int, number: int) -> Attachment | None:
    """A file of a proposal by its number."""
    found = db.session.get(Attachment, number)
    return found if found is not None and found.proposal_id == proposal_id else None

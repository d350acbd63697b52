"""Files of proposals."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Attachment, Proposal


@dataclass(frozen=True)
class AttachmentRow:
    """A file as a page links to it."""

    id: int
    proposal_id: int
    title: str
    name: str
    kind: str
    size: int
    width: int | None
    height: int | None


def list_attachments(proposal: Proposal) -> Sequence[Attachment]:
    """Return the files of a proposal that were not removed, the oldest first."""
    attachments = select(Attachment).where(
        Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)
    )
    return db.session.scalars(attachments.order_by(Attachment.id)).all()


def get_attachment_by_name(proposal_id: int, name: str) -> Attachment | None:
    """Return a file of a proposal by its random name, including a removed one."""
    return db.session.scalar(
        select(Attachment)
        .where(Attachment.proposal_id == proposal_id, Attachment.name == name)
        .options(joinedload(Attachment.proposal).joinedload(Proposal.author))
    )


def get_attachment(proposal_id: int, attachment_id: int) -> Attachment | None:
    """Return a file of a proposal by its id."""
    attachment = db.session.get(Attachment, attachment_id)
    is_of_proposal = attachment is not None and attachment.proposal_id == proposal_id
    return attachment if is_of_proposal else None

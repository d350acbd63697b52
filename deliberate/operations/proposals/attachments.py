"""Operations on files of proposals: add and remove."""

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Attachment, Person, Proposal
from deliberate.operations.proposals.file_sanitizing import SanitizedFile, sanitize_file
from deliberate.operations.proposals.file_store import delete_files, stored_file
from deliberate.operations.proposals.storage_limits import refuse_full_storage
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.attachments import may_add_attachment, may_remove_attachment
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.proposals import AttachmentAdded, AttachmentRemoved

MAX_ATTACHMENTS = 5
TOO_MANY_ATTACHMENTS = _("A proposal can have at most five files. Remove one first.")


def add_attachment(
    author: Person,
    proposal: Proposal,
    title: str,
    content: bytes,
    *,
    context: RequestContext = NO_REQUEST,
) -> Attachment:
    """Attach a file to a proposal; its type is detected from the content.

    Pictures are encoded anew. Raises Refused for an unknown type, a file that is too large,
    too many files or full storage.
    """
    require(may_add_attachment(author, proposal))
    _refuse_too_many(db.session(), proposal)  # before the content costs anything
    return attach_file(author, proposal, title, sanitize_file(content), context=context)


def attach_file(
    author: Person,
    proposal: Proposal,
    title: str,
    sanitized: SanitizedFile,
    *,
    context: RequestContext = NO_REQUEST,
) -> Attachment:
    """Attach a file that is safe already to a proposal."""
    kind, size = sanitized.kind, len(sanitized.content)
    with (
        stored_file(kind, sanitized.content, sanitized.preview_contents) as name,
        recorded(author, AttachmentAdded, context) as act,
    ):
        act.lock(author)  # before the proposal, as where an account is deleted
        require(may_add_attachment(author, act.lock(proposal)))
        refuse_full_storage(author, size)
        _refuse_too_many(act.session, proposal)
        attachment = Attachment(
            proposal=proposal,
            title=clean_line(title),
            name=name,
            kind=kind,
            size=size,
            **sanitized.dimensions,
        )
        attachment.added_at = now()
        act.session.add(attachment)
        act.about(attachment, type=kind, bytes=size)
    return attachment


def _refuse_too_many(session: Session, proposal: Proposal) -> None:
    count = select(func.count(Attachment.id)).where(
        Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)
    )
    if (session.scalar(count) or 0) >= MAX_ATTACHMENTS:
        raise Refused(TOO_MANY_ATTACHMENTS)


def remove_attachment(
    remover: Person, attachment: Attachment, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a file from a proposal, as its author or a moderator, and delete it from disk."""
    with recorded(remover, AttachmentRemoved, context) as act:
        proposal = act.lock(attachment.proposal)
        require(may_remove_attachment(remover, act.lock(attachment), proposal))
        attachment.removed_at, attachment.title = now(), ""
        act.about(attachment)
    delete_files([attachment.name])


def mark_attachments_removed(act: Act[...], proposal: Proposal) -> list[str]:
    """Mark all files of a proposal as removed; return the names to delete after the commit."""
    attachments = select(Attachment).where(
        Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)
    )
    names = []
    for attachment in act.session.scalars(attachments):
        attachment.removed_at, attachment.title = now(), ""
        names.append(attachment.name)
    return names

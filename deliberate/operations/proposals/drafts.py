"""Drafts of proposals: save, attach files, discard. Drafts are not recorded."""

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Draft, Person
from deliberate.operations.proposals.attachments import MAX_ATTACHMENTS, TOO_MANY_ATTACHMENTS
from deliberate.operations.proposals.file_sanitizing import sanitize_file
from deliberate.operations.proposals.file_store import delete_files, stored_file
from deliberate.operations.proposals.storage_limits import (
    refuse_full_storage,
    refuse_too_many_drafts,
)
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.proposals import is_draft_author
from deliberate.text import clean_line

DRAFT_IS_PRIVATE = "a draft is visible to its author only"


def save_draft(author: Person, fields: dict[str, str], draft: Draft | None = None) -> Draft:
    """Save the fields of a new or existing draft.

    A new draft with the fields of another is that one: the form was sent twice. Raises Refused
    for a new draft of a person with too many.
    """
    with unrecorded(DRAFT_IS_PRIVATE) as session:
        if draft is None:
            session.refresh(author, with_for_update={"of": Person})
            equal = select(Draft).where(Draft.person_id == author.id, Draft.fields == dict(fields))
            draft = session.scalar(equal.limit(1))
            if draft is None:
                refuse_too_many_drafts(session, author)
        draft = draft or Draft(person_id=author.id)
        require(is_draft_author(author, draft))
        draft.fields, draft.saved_at = dict(fields), now()
        session.add(draft)
    return draft


def discard_draft(author: Person, draft: Draft) -> None:
    """Delete a draft with its files."""
    with unrecorded(DRAFT_IS_PRIVATE) as session:
        require(is_draft_author(author, draft))
        names = [file["name"] for file in draft.files]
        session.delete(draft)
    delete_files(names)


def add_draft_attachment(author: Person, draft: Draft, title: str, content: bytes) -> None:
    """Attach a file to a draft; its type is detected from the content.

    Raises Refused for an unknown type, a file that is too large, too many files or
    full storage.
    """
    require(is_draft_author(author, draft))
    _refuse_full_draft(draft)  # before the content costs anything
    sanitized = sanitize_file(content)
    kind, size = sanitized.kind, len(sanitized.content)
    with (
        stored_file(kind, sanitized.content, sanitized.preview_contents) as name,
        unrecorded(DRAFT_IS_PRIVATE) as session,
    ):
        session.refresh(author, with_for_update={"of": Person})
        session.refresh(draft, with_for_update=True)
        require(is_draft_author(author, draft))
        refuse_full_storage(author, size)
        _refuse_full_draft(draft)
        file = {"title": clean_line(title), "name": name, "kind": kind, "size": size}
        file |= sanitized.dimensions
        draft.files, draft.saved_at = [*draft.files, file], now()


def _refuse_full_draft(draft: Draft) -> None:
    if len(draft.files) >= MAX_ATTACHMENTS:
        raise Refused(TOO_MANY_ATTACHMENTS)


def remove_draft_attachment(author: Person, draft: Draft, name: str) -> None:
    """Remove a file from a draft; a file that is missing already is ignored."""
    with unrecorded(DRAFT_IS_PRIVATE) as session:
        session.refresh(draft, with_for_update=True)
        require(is_draft_author(author, draft))
        names = [file["name"] for file in draft.files if file["name"] == name]
        draft.files = [file for file in draft.files if file["name"] != name]
    delete_files(names)

"""Documents and contact persons on the page of a process."""

import hashlib
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from deliberate.clock import now
from deliberate.models import Person, Process, ProcessContact, ProcessDocument
from deliberate.operations.proposals.file_sanitizing import SanitizedFile, sanitize_file
from deliberate.operations.proposals.file_store import delete_files, stored_file
from deliberate.operations.proposals.storage_limits import refuse_full_installation
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.processes import may_inform
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.processes import (
    ContactAdded,
    ContactRemoved,
    ProcessDocumentAdded,
    ProcessDocumentRemoved,
)

_GONE = _("This was removed already.")


@dataclass(frozen=True)
class DocumentEntry:
    """What is stated about a document: title, language, date, and the document it replaces."""

    title: str
    language: str
    dated_on: date
    replaced: ProcessDocument | None = None


def add_document_file(
    staff: Person,
    process: Process,
    entry: DocumentEntry,
    content: bytes,
    *,
    context: RequestContext = NO_REQUEST,
) -> ProcessDocument:
    """Add a file to a process; its type is detected from the content. Raises Refused."""
    require(may_inform(staff, process))  # before the content costs anything
    sanitized = sanitize_file(content)
    with stored_file(sanitized.kind, sanitized.content) as name:
        refuse_full_installation()
        columns = _file_columns(name, sanitized)
        return _add_document(staff, process, entry, context, **columns)


def _file_columns(name: str, file: SanitizedFile) -> dict[str, object]:
    return {
        "name": name,
        "kind": file.kind,
        "size": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }


def add_document_link(
    staff: Person,
    process: Process,
    entry: DocumentEntry,
    url: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> ProcessDocument:
    """Add a link to a document elsewhere. Raises Refused."""
    url = clean_line(url)
    if not url.startswith(("https://", "http://")) or " " in url:
        raise InvalidInput(_("Write an address that begins with https://"))
    return _add_document(staff, process, entry, context, url=url)


def _add_document(
    staff: Person,
    process: Process,
    entry: DocumentEntry,
    context: RequestContext,
    **columns: object,
) -> ProcessDocument:
    with recorded(staff, ProcessDocumentAdded, context) as act:
        require(may_inform(act.lock(staff), act.lock(process)))
        document = ProcessDocument(
            process_id=process.id,
            title=clean_line(entry.title),
            language=entry.language,
            dated_on=entry.dated_on,
            added_by_id=staff.id,
            added_at=now(),
            **columns,
        )
        act.session.add(document)
        act.set_text(lambda: document.sealed_text, document)
        if entry.replaced is not None:
            replaced = act.lock(entry.replaced)
            if replaced.process_id != process.id or not _is_current(replaced):
                raise InvalidInput(_("This document has a newer version or was removed."))
            replaced.replaced_by_id = document.id
        has_replaced = entry.replaced is not None
        act.about(document, type=document.kind, bytes=document.size, replaces=has_replaced)
    return document


def _is_current(document: ProcessDocument) -> bool:
    return document.removed_at is None and document.replaced_by_id is None


def remove_document(
    staff: Person, document: ProcessDocument, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a document and delete its file. Raises Refused."""
    with recorded(staff, ProcessDocumentRemoved, context) as act:
        require(may_inform(act.lock(staff), document.process))
        if act.lock(document).removed_at is not None:
            raise Refused(_GONE)
        document.removed_at, document.title, document.url = now(), "", ""
        document.salt = None
        act.session.execute(  # the version before it is in force again, or older than the next
            update(ProcessDocument)
            .where(ProcessDocument.replaced_by_id == document.id)
            .values(replaced_by_id=document.replaced_by_id)
        )
        act.about(document)
    delete_files([document.name] if document.name else [])


def add_contact(
    staff: Person,
    process: Process,
    name: str,
    office: str,
    reach: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> ProcessContact:
    """Name a contact person on the page of a process. Raises Refused."""
    with recorded(staff, ContactAdded, context) as act:
        require(may_inform(act.lock(staff), act.lock(process)))
        contact = ProcessContact(process_id=process.id, added_by_id=staff.id, added_at=now())
        contact.name, contact.office, contact.reach = map(clean_line, (name, office, reach))
        act.session.add(contact)
        act.set_text(lambda: contact.sealed_text, contact)
        act.about(contact)
    return contact


def remove_contact(
    staff: Person, contact: ProcessContact, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a contact person and delete what was stated about the person. Raises Refused."""
    with recorded(staff, ContactRemoved, context) as act:
        require(may_inform(act.lock(staff), contact.process))
        if act.lock(contact).removed_at is not None:
            raise Refused(_GONE)
        contact.removed_at = now()
        contact.name = contact.office = contact.reach = ""
        contact.salt = None
        act.about(contact)

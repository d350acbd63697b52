"""Documents and contact persons of a process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Process, ProcessContact, ProcessDocument

MAX_ROWS = 100
"""Documents, and contacts, that a page lists."""
T = TypeVar("T", ProcessDocument, ProcessContact)


@dataclass(frozen=True)
class ListedDocument:
    """A document in force with its earlier versions, newest first."""

    document: ProcessDocument
    earlier: list[ProcessDocument]


def list_documents(process: Process) -> list[ListedDocument]:
    """Return the documents of a process, newest first, each with its earlier versions."""
    documents = db.session.scalars(
        select(ProcessDocument)
        .where(ProcessDocument.process_id == process.id, ProcessDocument.removed_at.is_(None))
        .order_by(ProcessDocument.id.desc())
        .limit(MAX_ROWS)
    ).all()
    shown = {document.id for document in documents}
    replaced = {row.replaced_by_id: row for row in documents if row.replaced_by_id in shown}
    current = [row for row in documents if row.replaced_by_id not in shown]
    return [ListedDocument(row, _earlier_versions(row, replaced)) for row in current]


def _earlier_versions(
    document: ProcessDocument, replaced: dict[int, ProcessDocument]
) -> list[ProcessDocument]:
    versions = []
    while document.id in replaced:
        document = replaced[document.id]
        versions.append(document)
    return versions


def list_contacts(process: Process) -> Sequence[ProcessContact]:
    """Return the contact persons of a process in the order in which they were named."""
    return db.session.scalars(
        select(ProcessContact)
        .where(ProcessContact.process_id == process.id, ProcessContact.removed_at.is_(None))
        .order_by(ProcessContact.id)
        .limit(MAX_ROWS)
    ).all()


def get_document(process: Process, document_id: int) -> ProcessDocument | None:
    """Return a document of a process."""
    return _of_process(db.session.get(ProcessDocument, document_id), process)


def get_contact(process: Process, contact_id: int) -> ProcessContact | None:
    """Return a contact person of a process."""
    return _of_process(db.session.get(ProcessContact, contact_id), process)


def _of_process(row: T | None, process: Process) -> T | None:
    return row if row is not None and row.process_id == process.id else None


def get_document_by_name(process: Process, name: str) -> ProcessDocument | None:
    """Return the document of a process with a file name."""
    return db.session.scalar(
        select(ProcessDocument).where(
            ProcessDocument.process_id == process.id, ProcessDocument.name == name
        )
    )

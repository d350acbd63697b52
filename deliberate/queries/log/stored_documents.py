"""Comparison of the stored files of documents with the hashes that the log binds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.file_storage import StoredFile, file_storage
from deliberate.models import ProcessDocument
from deliberate.queries.log.page_faults import PageFault


def compare_documents(session: Session, directory: Path) -> Iterator[PageFault]:
    """Yield every file of a document that is missing or is not the one that was added."""
    query = select(ProcessDocument.id, ProcessDocument.name, ProcessDocument.sha256).where(
        ProcessDocument.name.is_not(None),
        ProcessDocument.removed_at.is_(None),
        ProcessDocument.sha256 != "",
    )
    for id_, name, digest in session.execute(query.order_by(ProcessDocument.id)):
        stored = file_storage().open(directory / str(name))
        if stored is None or _digest(stored) != digest:
            yield PageFault("process_document", id_, "file")


def _digest(stored: StoredFile) -> str:
    with stored.open_file() as content:
        return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads

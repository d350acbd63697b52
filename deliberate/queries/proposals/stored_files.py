"""Sizes of the uploaded files that are stored: of one person, and of the installation."""

import os
from pathlib import Path

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import Attachment, Draft, Person, Proposal, StudyFile


def person_file_bytes(person: Person) -> int:
    """Return the bytes of a person's files, of drafts, of proposals and of studies."""
    published = select(func.sum(Attachment.size)).join(Attachment.proposal)
    published = published.where(Proposal.author_id == person.id, Attachment.removed_at.is_(None))
    drafts = db.session.scalars(select(Draft.files).where(Draft.person_id == person.id))
    of_studies = select(func.sum(StudyFile.size)).where(StudyFile.added_by_id == person.id)
    of_drafts = sum(int(file["size"]) for files in drafts for file in files)
    stored = sum(db.session.scalar(query) or 0 for query in (published, of_studies))
    return of_drafts + stored


def stored_bytes(folder: Path) -> int:
    """Return the bytes of all files in the folder of uploads."""
    if not folder.exists():
        return 0
    with os.scandir(folder) as entries:
        return sum(_size(entry) for entry in entries)


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:  # deleted meanwhile
        return 0

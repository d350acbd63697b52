"""The uploaded files that are stored: sizes for one person, and the names in the database."""

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import (
    Attachment,
    Draft,
    Person,
    Picture,
    ProcessDocument,
    Proposal,
    StudyFile,
)


def person_file_bytes(person: Person) -> int:
    """Return the bytes of a person's files, of drafts, of proposals and of studies."""
    published = select(func.sum(Attachment.size)).join(Attachment.proposal)
    published = published.where(Proposal.author_id == person.id, Attachment.removed_at.is_(None))
    drafts = db.session.scalars(select(Draft.files).where(Draft.person_id == person.id))
    of_studies = select(func.sum(StudyFile.size)).where(StudyFile.added_by_id == person.id)
    of_drafts = sum(int(file["size"]) for files in drafts for file in files)
    stored = sum(db.session.scalar(query) or 0 for query in (published, of_studies))
    return of_drafts + stored


def file_names() -> set[str]:
    """Return the names of all files that are attached to something and were not removed."""
    names = {
        str(file["name"]) for files in db.session.scalars(select(Draft.files)) for file in files
    }
    for model in (Attachment, Picture, ProcessDocument):
        names.update(
            map(str, db.session.scalars(select(model.name).where(model.removed_at.is_(None))))
        )
    return names | set(db.session.scalars(select(StudyFile.name)))

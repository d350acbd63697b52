"""Pictures as pages show them: those of things, and the first picture of a proposal."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Attachment, Person, Picture, Proposal
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.proposals.attachments import AttachmentRow
from deliberate.vocabulary import PictureUse

SMALL, LARGE = 400, 800
"""Widths in which pictures are stored; a narrower one keeps its own."""


@dataclass(frozen=True)
class ShownPicture:
    """A picture with its text and the size of its large file; `stem` names it in URLs."""

    stem: str
    alt: str
    width: int
    height: int
    id: int = 0


def first_picture(files: Iterable[AttachmentRow]) -> ShownPicture | None:
    """Return the first picture among the files of a proposal."""
    return next((shown_picture(file) for file in files if file.width is not None), None)


def shown_picture(row: Attachment | AttachmentRow | Picture) -> ShownPicture:
    """Return a stored picture as pages show it."""
    alt = row.alt if isinstance(row, Picture) else row.title
    stem = PurePath(row.name).stem
    return ShownPicture(stem, alt, row.width or 0, row.height or 0, row.id)


def list_pictures(
    of: str, ids: Iterable[int], reader: Person | None = ANYONE
) -> dict[int, dict[PictureUse, ShownPicture]]:
    """Return the pictures of processes, institutions, commitments or options, by id and use."""
    column = getattr(Picture, f"{of}_id")
    found = select(Picture).where(column.in_(list(ids)), Picture.visible_to(reader))
    pictures: dict[int, dict[PictureUse, ShownPicture]] = {}
    for row in db.session.scalars(found.order_by(Picture.id)):
        pictures.setdefault(getattr(row, column.key), {})[row.use] = shown_picture(row)
    return pictures


def get_header_picture(of: str, subject_id: int) -> ShownPicture | None:
    """Return the picture on top of the page of a process or an institution."""
    return list_pictures(of, [subject_id]).get(subject_id, {}).get(PictureUse.HEADER)


def shown_by_use(pictures: Iterable[Picture]) -> dict[PictureUse, ShownPicture]:
    """Return the pictures of one thing that a stranger may see, by use."""
    return {row.use: shown_picture(row) for row in pictures if row.is_visible_to(ANYONE)}


def first_pictures(proposal_ids: Iterable[int]) -> dict[int, ShownPicture]:
    """Return the first picture of each proposal that has one and whose text is visible."""
    first = (
        select(func.min(Attachment.id))
        .where(
            Attachment.proposal_id.in_(list(proposal_ids)),
            Attachment.width.is_not(None),
            Attachment.visible_to(ANYONE),
        )
        .group_by(Attachment.proposal_id)
    )
    rows = db.session.scalars(select(Attachment).where(Attachment.id.in_(first)))
    return {row.proposal_id: shown_picture(row) for row in rows}


def get_visible_file(stem: str, reader: Person | None) -> str | None:
    """Return the name of the stored picture with a stem, None if the reader may not see it."""
    names = [f"{stem}.{kind}" for kind in ("jpeg", "png", "webp")]
    picture = db.session.scalar(select(Picture).where(Picture.name.in_(names)))
    if picture is not None:
        return picture.name if picture.is_visible_to(reader) else None
    attachment = db.session.scalar(
        select(Attachment)
        .where(Attachment.name.in_(names), Attachment.width.is_not(None))
        .options(joinedload(Attachment.proposal).joinedload(Proposal.author))
    )
    if attachment is None or attachment.removed_at is not None:
        return None
    return attachment.name if attachment.proposal.is_text_visible_to(reader) else None


def get_picture(picture_id: int) -> Picture | None:
    """Return a picture by its id."""
    return db.session.get(Picture, picture_id)

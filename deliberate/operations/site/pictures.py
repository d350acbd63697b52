"""Operations on pictures of processes, institutions, commitments and options of polls."""

from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Commitment, Institution, Option, Person, Picture, Process
from deliberate.operations.proposals.file_sanitizing import SanitizedFile
from deliberate.operations.proposals.file_store import delete_files, stored_file
from deliberate.permissions.decision import require
from deliberate.permissions.site import Pictured, may_illustrate, may_remove_picture
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import PictureUse
from deliberate.vocabulary.events.site import PictureAdded, PictureRemoved

_COLUMNS: dict[type[Pictured], str] = {
    Process: "process",
    Institution: "institution",
    Commitment: "commitment",
    Option: "option",
}


def add_picture(
    person: Person,
    pictured: Pictured,
    alt: str,
    picture: SanitizedFile,
    use: PictureUse = PictureUse.HEADER,
    *,
    context: RequestContext = NO_REQUEST,
) -> Picture:
    """Add a picture of a thing; one that is shown in the same place is removed."""
    require(may_illustrate(person, pictured))
    column, size = _COLUMNS[type(pictured)], len(picture.content)
    with (
        stored_file(picture.kind, picture.content, picture.preview_contents) as name,
        recorded(person, PictureAdded, context) as act,
    ):
        require(may_illustrate(person, act.lock(pictured)))
        replaced = _remove_shown(act, column, pictured, use)
        row = Picture(
            **{column: pictured},
            added_by_id=person.id,
            use=use,
            alt=clean_line(alt),
            name=name,
            size=size,
            **picture.dimensions,
        )
        act.session.add(row)
        act.about(row, of=column, use=use, bytes=size)
    delete_files(replaced)
    return row


def _remove_shown(act: Act[...], column: str, pictured: Pictured, use: PictureUse) -> list[str]:
    """Mark the picture of a thing and a use as removed; return the files to delete."""
    shown = select(Picture).where(
        getattr(Picture, f"{column}_id") == pictured.id,
        Picture.use == use,
        Picture.removed_at.is_(None),
    )
    names = []
    for picture in act.session.scalars(shown):
        picture.removed_at = now()
        names.append(picture.name)
    return names


def remove_picture(
    person: Person, picture: Picture, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a picture and delete it from disk."""
    with recorded(person, PictureRemoved, context) as act:
        require(may_remove_picture(person, picture.pictured))
        locked = act.lock(picture)
        locked.removed_at = locked.removed_at or now()
        act.about(locked)
    delete_files([picture.name])

"""Kinds of acts on pictures."""

from deliberate.vocabulary.codes import PictureUse
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import PUBLIC, Event


class PictureAdded(Event, kind="picture.added", visibility=PUBLIC):
    """A picture of a process, institution, commitment or option was added or replaced."""

    of: str = detail("type of the thing that it shows")
    use: PictureUse = detail("where it is shown")
    bytes: int = detail("size of the file")


class PictureRemoved(Event, kind="picture.removed", visibility=PUBLIC):
    """A picture was removed."""

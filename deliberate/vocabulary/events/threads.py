"""Kinds of acts in threads."""

from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import PRIVATE, PUBLIC, Event


class CommentPosted(Event, kind="comment.posted", visibility=PUBLIC, has_text=True):
    """An argument, a question or a reply was posted."""

    kind: str | None = detail("argument or question", default=None)
    source_given: bool | None = detail("a source is cited", default=None)
    unit: int | None = detail("id of the unit of a draft text that it is on", default=None)


class BlankCommentImported(Event, kind="blank_comment.imported", visibility=PUBLIC, has_text=True):
    """A comment of another platform has nothing to read; it keeps its place and counts nowhere."""


class CommentEdited(Event, kind="comment.edited", visibility=PUBLIC, has_text=True):
    """The author changed a comment within fifteen minutes."""


class CommentCorrected(Event, kind="comment.corrected", visibility=PUBLIC, has_text=True):
    """The author added a dated correction to a comment."""


class CommentWithdrawn(Event, kind="comment.withdrawn", visibility=PUBLIC):
    """The author withdrew the comment."""


class CommentRated(Event, kind="comment.rated", visibility=PRIVATE):
    """A comment was rated as a strong or weak argument."""

    strong: bool = detail("1 strong, 0 weak")


class QuestionSettled(Event, kind="question.settled", visibility=PUBLIC):
    """The author of a question marked it as answered."""

"""Operations on corrections below comments."""

from deliberate.clock import now
from deliberate.models import Comment, Person
from deliberate.permissions.decision import require
from deliberate.permissions.threads import may_correct_comment
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, to_html
from deliberate.vocabulary.events.threads import CommentCorrected


def correct_comment(
    author: Person, comment: Comment, body: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Add a dated correction below a comment; the text of the comment does not change."""
    with recorded(author, CommentCorrected, context) as act:
        require(may_correct_comment(author, act.lock(comment)))
        text = clean(body)
        correction = {"at": now().isoformat(), "body": text, "html": to_html(text)}
        comment.corrections = [*comment.corrections, correction]
        act.set_text(lambda: text, comment)
        act.about(comment)

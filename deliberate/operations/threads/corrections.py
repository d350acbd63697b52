"""Operations on corrections below comments."""

from deliberate.clock import now
from deliberate.models import Comment, Person
from deliberate.permissions.decision import require
from deliberate.permissions.threads import may_correct_comment
from deliberate.recording import recorded
from deliberate.text import clean, to_html
from deliberate.vocabulary import Kind


def correct_comment(author: Person, comment: Comment, body: str) -> None:
    """Add a dated correction below a comment; the text of the comment does not change."""
    with recorded(author, Kind.COMMENT_CORRECTED) as act:
        require(may_correct_comment(author, act.lock(comment)))
        text = clean(body)
        correction = {"at": now().isoformat(), "body": text, "html": to_html(text)}
        comment.corrections = [*comment.corrections, correction]
        act.about(comment, content=text, salt=comment.salt)

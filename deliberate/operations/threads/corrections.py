"""A dated correction below a comment: what was said stays, and what is true stands beside it."""

from deliberate.clock import now
from deliberate.models import Comment, Person
from deliberate.permissions.decision import require
from deliberate.permissions.threads import may_correct
from deliberate.recording import recorded
from deliberate.text import clean, to_html
from deliberate.vocabulary import Kind


def correct_comment(author: Person, comment: Comment, body: str) -> None:
    """Add a correction below one's comment; its own words stay as they were answered."""
    with recorded(author, Kind.COMMENT_CORRECTED) as act:
        require(may_correct(author, act.locked(comment)))
        written = clean(body)
        one = {"at": now().isoformat(), "body": written, "html": to_html(written)}
        comment.corrections = [*comment.corrections, one]
        act.about(comment, written=written, salt=comment.salt)

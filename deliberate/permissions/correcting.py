"""Who may add a dated correction below a comment."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Comment, Person
from deliberate.permissions import EDITING, YES, Answer, first_no, is_author, is_shown

MOST = 5


def may_correct(person: Person | None, comment: Comment) -> Answer:
    """The author, once the time for editing is over; a few times at most."""
    return first_no(is_author(person, comment), is_shown(comment), _is_due(comment))


def _is_due(comment: Comment) -> Answer:
    if now() - comment.posted_at <= EDITING:
        return Answer(_("Within 15 minutes of posting you can still edit the words themselves."))
    if len(comment.corrections) >= MOST:
        return Answer(_("A comment has at most five corrections; write a new one instead."))
    return YES

"""Who may add a dated correction below a comment."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Comment, Person, Proposal
from deliberate.permissions.decision import (
    YES,
    Answer,
    first_no,
    may_take_part,
)
from deliberate.permissions.processes import is_open_for
from deliberate.permissions.proposals.proposals import (
    is_author,
    is_open_to,
)
from deliberate.queries.moderation.open_items import is_asked
from deliberate.vocabulary import Switch

EDITING = timedelta(minutes=15)


def may_comment(person: Person | None, proposal: Proposal) -> Answer:
    """Any account while the phase takes comments."""
    return first_no(may_take_part(person), is_open_to(proposal, Switch.COMMENT))


def may_edit(person: Person | None, comment: Comment) -> Answer:
    """The author, within fifteen minutes of posting, or whenever a moderator asks for it."""
    late = Answer(_("A comment can be edited for 15 minutes; add a correction instead."))
    asked = is_asked(comment)
    in_time = asked or now() - comment.posted_at <= EDITING
    return first_no(
        is_author(person, comment),
        may_take_part(person),
        YES if asked and comment.is_held else is_shown(comment),
        YES if in_time else late,
    )


def may_withdraw_comment(person: Person | None, comment: Comment) -> Answer:
    """The author, at any time, while it stands or waits."""
    return first_no(is_author(person, comment), YES if comment.is_held else is_shown(comment))


def is_shown(comment: Comment) -> Answer:
    """Whether the comment's text stands."""
    return YES if comment.stands else Answer(_("This comment was taken back or hidden."))


def may_rate(person: Person | None, comment: Comment) -> Answer:
    """Any account but the comment's author, while the phase takes comments."""
    own = person is not None and comment.author_id == person.id
    return first_no(
        may_take_part(person),
        Answer(_("You cannot weigh your own comment.")) if own else YES,
        is_shown(comment),
        is_open_for(comment.proposal.process, Switch.COMMENT),
    )


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

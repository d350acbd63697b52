"""Who may add a dated correction below a comment."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Comment, Person, Proposal
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
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


def may_comment(person: Person | None, proposal: Proposal) -> Decision:
    """Any account while the phase takes comments."""
    return all_of(may_take_part(person), is_open_to(proposal, Switch.COMMENT))


def may_edit(person: Person | None, comment: Comment) -> Decision:
    """The author, within fifteen minutes of posting, or whenever a moderator asks for it."""
    late = Decision(_("A comment can be edited for 15 minutes; add a correction instead."))
    asked = is_asked(comment)
    in_time = asked or now() - comment.posted_at <= EDITING
    return all_of(
        is_author(person, comment),
        may_take_part(person),
        ALLOWED if asked and comment.is_held else is_shown(comment),
        ALLOWED if in_time else late,
    )


def may_withdraw_comment(person: Person | None, comment: Comment) -> Decision:
    """The author, at any time, while it stands or waits."""
    return all_of(is_author(person, comment), ALLOWED if comment.is_held else is_shown(comment))


def is_shown(comment: Comment) -> Decision:
    """Whether the comment's text stands."""
    return ALLOWED if comment.stands else Decision(_("This comment was taken back or hidden."))


def may_rate(person: Person | None, comment: Comment) -> Decision:
    """Any account but the comment's author, while the phase takes comments."""
    own = person is not None and comment.author_id == person.id
    return all_of(
        may_take_part(person),
        Decision(_("You cannot weigh your own comment.")) if own else ALLOWED,
        is_shown(comment),
        is_open_for(comment.proposal.process, Switch.COMMENT),
    )


MOST = 5


def may_correct(person: Person | None, comment: Comment) -> Decision:
    """The author, once the time for editing is over; a few times at most."""
    return all_of(is_author(person, comment), is_shown(comment), _is_due(comment))


def _is_due(comment: Comment) -> Decision:
    if now() - comment.posted_at <= EDITING:
        return Decision(_("Within 15 minutes of posting you can still edit the words themselves."))
    if len(comment.corrections) >= MOST:
        return Decision(_("A comment has at most five corrections; write a new one instead."))
    return ALLOWED

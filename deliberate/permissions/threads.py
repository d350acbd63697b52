"""Permissions on comments: post, edit, withdraw, rate, correct."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Comment, Person, Proposal
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    may_take_part,
    not_yours,
)
from deliberate.permissions.processes import is_open_for
from deliberate.permissions.proposals.proposals import (
    is_author,
    is_open_to,
)
from deliberate.queries.moderation.open_items import is_edit_requested
from deliberate.vocabulary import PhaseSwitch

EDIT_WINDOW = timedelta(minutes=15)
"""Time after posting in which a comment can be edited."""
MAX_CORRECTIONS = 5


def may_comment(person: Person | None, proposal: Proposal) -> Decision:
    """Allow any account while the phase allows comments."""
    return all_of(may_take_part(person), is_open_to(proposal, PhaseSwitch.COMMENT))


def may_edit_comment(person: Person | None, comment: Comment) -> Decision:
    """Allow the author within fifteen minutes of posting, or when a moderator requested it."""
    late = Decision(_("A comment can be edited for 15 minutes; add a correction instead."))
    edit_requested = is_edit_requested(comment)
    is_in_time = edit_requested or now() - comment.posted_at <= EDIT_WINDOW
    return all_of(
        is_author(person, comment),
        may_take_part(person),
        ALLOWED if edit_requested and comment.is_held else is_comment_visible(comment),
        ALLOWED if is_in_time else late,
    )


def may_withdraw_comment(person: Person | None, comment: Comment) -> Decision:
    """Allow the author at any time, while the comment is visible or held."""
    return all_of(
        is_author(person, comment), ALLOWED if comment.is_held else is_comment_visible(comment)
    )


def is_comment_visible(comment: Comment) -> Decision:
    """Return whether the text of a comment is shown."""
    return (
        ALLOWED
        if comment.is_visible_to(None)
        else Decision(_("This comment was withdrawn or hidden."))
    )


def may_rate_comment(person: Person | None, comment: Comment) -> Decision:
    """Allow any account but the author's, while the phase allows comments."""
    is_own = person is not None and comment.author_id == person.id
    return all_of(
        may_take_part(person),
        not_yours(_("You cannot rate your own comment.")) if is_own else ALLOWED,
        is_comment_visible(comment),
        is_open_for(comment.proposal.process, PhaseSwitch.COMMENT),
    )


def may_correct_comment(person: Person | None, comment: Comment) -> Decision:
    """Allow the author after the time for editing, up to MAX_CORRECTIONS times."""
    return all_of(
        is_author(person, comment), is_comment_visible(comment), _may_be_corrected_now(comment)
    )


def _may_be_corrected_now(comment: Comment) -> Decision:
    if now() - comment.posted_at <= EDIT_WINDOW:
        return Decision(_("For 15 minutes after posting you can still edit the comment itself."))
    if len(comment.corrections) >= MAX_CORRECTIONS:
        return Decision(_("A comment has at most five corrections; write a new one instead."))
    return ALLOWED

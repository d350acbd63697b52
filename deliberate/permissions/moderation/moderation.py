"""Who may report, decide and appeal: never on one's own text, never twice by the same person."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Appeal, Comment, ModerationDecision, Person, Proposal
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, may_take_part
from deliberate.permissions.proposals.proposals import is_author, is_unanswered
from deliberate.queries.moderation.moderation import open_reports
from deliberate.queries.moderation.open_items import (
    has_second_moderator,
    open_handover,
    open_request,
)
from deliberate.vocabulary import ModerationOutcome, Role

APPEALING = timedelta(days=30)


def may_report(person: Person | None, thing: Comment | Proposal) -> Decision:
    """Any account, on what somebody else wrote and what still stands."""
    own = person is not None and thing.author_id == person.id
    return all_of(
        may_take_part(person),
        Decision(_("You cannot report what you wrote; you can take it back.")) if own else ALLOWED,
        is_there(thing),
    )


def is_there(thing: Comment | Proposal) -> Decision:
    """Whether there is a text to decide about; one that is only held is there."""
    is_gone = thing.withdrawn_at is not None or is_erased(thing)
    if is_gone or (thing.hidden_at is not None and not thing.is_held):
        return Decision(_("This text was taken back or hidden already."))
    return ALLOWED


def is_erased(thing: Comment | Proposal) -> bool:
    """Whether its author had the account erased, and the text with it."""
    return thing.author is not None and thing.author.is_erased


def may_moderate(person: Person | None, thing: Comment | Proposal) -> Decision:
    """Moderators and administrators, but nobody on a text of one's own."""
    own = person is not None and thing.author_id == person.id
    return all_of(
        has_role(person, Role.MODERATOR, Role.ADMIN),
        Decision(_("Somebody else decides about what you wrote.")) if own else ALLOWED,
    )


def may_hide(person: Person | None, thing: Comment | Proposal) -> Decision:
    """A moderator, while there is a text to hide; not whoever passed it on."""
    return all_of(may_moderate(person, thing), is_there(thing), _is_not_given_away(person, thing))


def _is_not_given_away(person: Person | None, thing: Comment | Proposal) -> Decision:
    passed = open_handover(thing)
    if person is not None and passed is not None and passed.moderator_id == person.id:
        return Decision(_("You passed this on: a second moderator decides."))
    return ALLOWED


def is_waiting(thing: Comment | Proposal) -> Decision:
    """Whether a decision is wanted: it is reported, held, or its author was asked to change it."""
    if thing.is_held or open_reports(thing) or open_request(thing) is not None:
        return ALLOWED
    return Decision(_("Nobody has reported this, or it is decided already."))


def may_ask_for_edit(person: Person | None, thing: Comment | Proposal) -> Decision:
    """A moderator, once, while there is an author who could still change the text."""
    return all_of(
        may_hide(person, thing),
        ALLOWED if thing.author_id is not None else Decision(_("Its author has no account here.")),
        is_unanswered(thing) if isinstance(thing, Proposal) else ALLOWED,
        ALLOWED
        if open_request(thing) is None
        else Decision(_("Its author has been asked to change it already.")),
    )


def may_pass_on(person: Person | None, thing: Comment | Proposal) -> Decision:
    """A moderator, once a text that waits, while there is somebody else who could decide."""
    answer = all_of(may_hide(person, thing), is_waiting(thing))
    if person is None or not answer:
        return answer
    if open_handover(thing) is not None:
        return Decision(_("This was passed on to you: decide it."))
    if not has_second_moderator(person, thing):
        return Decision(_("There is no second moderator to pass it on to."))
    return ALLOWED


def may_restore(person: Person | None, thing: Comment | Proposal) -> Decision:
    """A moderator, what was hidden by one."""
    if thing.hidden_at is None or thing.is_held or is_erased(thing):
        return Decision(_("This text is not hidden by a moderator."))
    return may_moderate(person, thing)


def may_appeal(
    person: Person | None, thing: Comment | Proposal, decision: ModerationDecision | None
) -> Decision:
    """The author, once, within 30 days of the decision that hid the text."""
    if decision is None or decision.outcome != ModerationOutcome.HIDDEN or thing.hidden_at is None:
        return Decision(_("There is no decision to appeal against."))
    if decision.appeal is not None:
        return Decision(_("You have appealed against this decision already."))
    if now() - decision.decided_at > APPEALING:
        return Decision(_("An appeal can be made within 30 days of the decision."))
    return is_author(person, thing)


def may_decide_appeal(person: Person | None, appeal: Appeal, thing: Comment | Proposal) -> Decision:
    """A moderator who neither made the decision nor wrote the text, once."""
    if appeal.decided_at is not None:
        return Decision(_("This appeal is decided already."))
    if person is not None and appeal.decision.moderator_id == person.id:
        return Decision(_("Somebody else than the first moderator decides an appeal."))
    return may_moderate(person, thing)

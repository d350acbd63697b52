"""Who may report, decide and appeal: never on one's own text, never twice by the same person."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Appeal, Comment, ModerationDecision, Person, Proposal
from deliberate.permissions.decision import YES, Answer, first_no, has_role, may_take_part
from deliberate.permissions.proposals.proposals import is_author, is_unanswered
from deliberate.queries.moderation.moderation import open_reports
from deliberate.queries.moderation.open_items import (
    has_second_moderator,
    open_handover,
    open_request,
)
from deliberate.vocabulary import ModerationOutcome, Role

APPEALING = timedelta(days=30)


def may_report(person: Person | None, thing: Comment | Proposal) -> Answer:
    """Any account, on what somebody else wrote and what still stands."""
    own = person is not None and thing.author_id == person.id
    return first_no(
        may_take_part(person),
        Answer(_("You cannot report what you wrote; you can take it back.")) if own else YES,
        is_there(thing),
    )


def is_there(thing: Comment | Proposal) -> Answer:
    """Whether there is a text to decide about; one that is only held is there."""
    is_gone = thing.withdrawn_at is not None or is_erased(thing)
    if is_gone or (thing.hidden_at is not None and not thing.is_held):
        return Answer(_("This text was taken back or hidden already."))
    return YES


def is_erased(thing: Comment | Proposal) -> bool:
    """Whether its author had the account erased, and the text with it."""
    return thing.author is not None and thing.author.is_erased


def may_moderate(person: Person | None, thing: Comment | Proposal) -> Answer:
    """Moderators and administrators, but nobody on a text of one's own."""
    own = person is not None and thing.author_id == person.id
    return first_no(
        has_role(person, Role.MODERATOR, Role.ADMIN),
        Answer(_("Somebody else decides about what you wrote.")) if own else YES,
    )


def may_hide(person: Person | None, thing: Comment | Proposal) -> Answer:
    """A moderator, while there is a text to hide; not whoever passed it on."""
    return first_no(may_moderate(person, thing), is_there(thing), _is_not_given_away(person, thing))


def _is_not_given_away(person: Person | None, thing: Comment | Proposal) -> Answer:
    passed = open_handover(thing)
    if person is not None and passed is not None and passed.moderator_id == person.id:
        return Answer(_("You passed this on: a second moderator decides."))
    return YES


def is_waiting(thing: Comment | Proposal) -> Answer:
    """Whether a decision is wanted: it is reported, held, or its author was asked to change it."""
    if thing.is_held or open_reports(thing) or open_request(thing) is not None:
        return YES
    return Answer(_("Nobody has reported this, or it is decided already."))


def may_ask_for_edit(person: Person | None, thing: Comment | Proposal) -> Answer:
    """A moderator, once, while there is an author who could still change the text."""
    return first_no(
        may_hide(person, thing),
        YES if thing.author_id is not None else Answer(_("Its author has no account here.")),
        is_unanswered(thing) if isinstance(thing, Proposal) else YES,
        YES
        if open_request(thing) is None
        else Answer(_("Its author has been asked to change it already.")),
    )


def may_pass_on(person: Person | None, thing: Comment | Proposal) -> Answer:
    """A moderator, once a text that waits, while there is somebody else who could decide."""
    answer = first_no(may_hide(person, thing), is_waiting(thing))
    if person is None or not answer:
        return answer
    if open_handover(thing) is not None:
        return Answer(_("This was passed on to you: decide it."))
    if not has_second_moderator(person, thing):
        return Answer(_("There is no second moderator to pass it on to."))
    return YES


def may_restore(person: Person | None, thing: Comment | Proposal) -> Answer:
    """A moderator, what was hidden by one."""
    if thing.hidden_at is None or thing.is_held or is_erased(thing):
        return Answer(_("This text is not hidden by a moderator."))
    return may_moderate(person, thing)


def may_appeal(
    person: Person | None, thing: Comment | Proposal, decision: ModerationDecision | None
) -> Answer:
    """The author, once, within 30 days of the decision that hid the text."""
    if decision is None or decision.outcome != ModerationOutcome.HIDDEN or thing.hidden_at is None:
        return Answer(_("There is no decision to appeal against."))
    if decision.appeal is not None:
        return Answer(_("You have appealed against this decision already."))
    if now() - decision.decided_at > APPEALING:
        return Answer(_("An appeal can be made within 30 days of the decision."))
    return is_author(person, thing)


def may_decide_appeal(person: Person | None, appeal: Appeal, thing: Comment | Proposal) -> Answer:
    """A moderator who neither made the decision nor wrote the text, once."""
    if appeal.decided_at is not None:
        return Answer(_("This appeal is decided already."))
    if person is not None and appeal.decision.moderator_id == person.id:
        return Answer(_("Somebody else than the first moderator decides an appeal."))
    return may_moderate(person, thing)

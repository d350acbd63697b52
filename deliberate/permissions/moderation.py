"""Who may report, decide and appeal: never on one's own text, never twice by the same person."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Appeal, Comment, ModerationDecision, Person, Proposal
from deliberate.permissions import YES, Answer, first_no, has_role, is_author, may_take_part
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
    """A moderator, while there is a text to hide."""
    return first_no(may_moderate(person, thing), is_there(thing))


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

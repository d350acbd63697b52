"""Permissions to report, decide on and appeal for contributions.

No moderator decides on a text of their own, and no moderator decides twice on the same matter.
"""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import (
    Appeal,
    ModerationDecision,
    Person,
    Proposal,
    UnitContribution,
    is_written_by,
)
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    may_take_part,
    not_yours,
)
from deliberate.permissions.proposals.proposals import is_author, is_unanswered
from deliberate.queries.documents.answers import list_answers
from deliberate.queries.moderation.contributions import Contribution
from deliberate.queries.moderation.decisions import get_last_decision, open_reports
from deliberate.queries.moderation.open_items import (
    get_open_edit_request,
    get_open_escalation,
    has_second_moderator,
)
from deliberate.vocabulary import ModerationOutcome, Role

APPEAL_PERIOD = timedelta(days=30)


def may_report(person: Person | None, contribution: Contribution) -> Decision:
    """Allow any account to report a visible text of another author."""
    is_own = is_written_by(contribution, person)
    return all_of(
        may_take_part(person),
        not_yours(_("You cannot report your own text. You can withdraw it."))
        if is_own
        else ALLOWED,
        is_decidable(contribution),
    )


def is_decidable(contribution: Contribution) -> Decision:
    """Allow a decision on a text that is visible or held."""
    is_withdrawn = contribution.withdrawn_at is not None or is_author_erased(contribution)
    if is_withdrawn or (contribution.is_hidden and not contribution.is_held):
        return Decision(_("This text has already been withdrawn or hidden."))
    return ALLOWED


def is_author_erased(contribution: Contribution) -> bool:
    """Return whether the author's account, and the text with it, was erased."""
    return contribution.author is not None and contribution.author.is_erased


def may_moderate(person: Person | None, contribution: Contribution) -> Decision:
    """Allow moderators and administrators, except on their own texts."""
    is_own = is_written_by(contribution, person)
    return all_of(
        has_role(person, Role.MODERATOR, Role.ADMIN),
        not_yours(_("Another moderator decides on what you wrote.")) if is_own else ALLOWED,
    )


def may_hide(person: Person | None, contribution: Contribution) -> Decision:
    """Allow moderators to hide a visible or held text, except one they escalated."""
    return all_of(
        may_moderate(person, contribution),
        _has_not_escalated(person, contribution),
        is_decidable(contribution),
    )


def _has_not_escalated(person: Person | None, contribution: Contribution) -> Decision:
    escalation = get_open_escalation(contribution)
    if person is not None and escalation is not None and escalation.moderator_id == person.id:
        return not_yours(_("You passed this on: a second moderator decides."))
    return ALLOWED


def needs_decision(contribution: Contribution) -> Decision:
    """Allow a decision where a text is reported or held, or an edit request is open."""
    if (
        contribution.is_held
        or open_reports(contribution)
        or get_open_edit_request(contribution) is not None
    ):
        return ALLOWED
    return Decision(_("This has not been reported, or it has already been decided."))


def may_request_edit(person: Person | None, contribution: Contribution) -> Decision:
    """Allow moderators to request an edit once, while an author can still change the text."""
    return all_of(
        may_hide(person, contribution),
        ALLOWED
        if contribution.author_id is not None
        else Decision(_("The author has no account here.")),
        _is_changeable(contribution),
        ALLOWED
        if get_open_edit_request(contribution) is None
        else Decision(_("The author has already been asked to change it.")),
    )


def _is_changeable(contribution: Contribution) -> Decision:
    """Allow a request for texts that their author can change."""
    if isinstance(contribution, UnitContribution) and contribution.kind == "amendment":
        answered = Decision(_("An answered amendment cannot be changed. Hide it or keep it."))
        return answered if list_answers([contribution.id]) else ALLOWED
    return is_unanswered(contribution) if isinstance(contribution, Proposal) else ALLOWED


def may_escalate(person: Person | None, contribution: Contribution) -> Decision:
    """Allow moderators to escalate a text that needs a decision, once, if a second moderator
    exists.
    """
    decision = all_of(may_hide(person, contribution), needs_decision(contribution))
    if person is None or not decision:
        return decision
    if get_open_escalation(contribution) is not None:
        return Decision(_("This was passed on to you. Please decide."))
    if not has_second_moderator(person, contribution):
        return Decision(_("There is no second moderator to pass it on to."))
    return ALLOWED


def may_restore(person: Person | None, contribution: Contribution) -> Decision:
    """Allow moderators to restore a text that a moderator hid, while no appeal waits."""
    if not (moderates := may_moderate(person, contribution)):
        return moderates
    if not contribution.is_hidden or contribution.is_held or is_author_erased(contribution):
        return Decision(_("This text is not hidden by a moderator."))
    decision = get_last_decision(contribution)
    if decision is not None and decision.has_open_appeal:
        return Decision(_("The author has appealed. Decide the appeal."))
    return ALLOWED


def may_appeal(
    person: Person | None, contribution: Contribution, decision: ModerationDecision | None
) -> Decision:
    """Allow the author one appeal within 30 days of the decision that hid the text."""
    if not (wrote := is_author(person, contribution)):
        return wrote
    if (
        decision is None
        or decision.outcome != ModerationOutcome.HIDDEN
        or not contribution.is_hidden
    ):
        return Decision(_("There is no decision to appeal against."))
    if decision.appeal is not None:
        return Decision(_("You have already appealed against this decision."))
    if now() - decision.decided_at > APPEAL_PERIOD:
        return Decision(_("An appeal can be made within 30 days of the decision."))
    return ALLOWED


def may_decide_appeal(
    person: Person | None, appeal: Appeal, contribution: Contribution
) -> Decision:
    """Allow a moderator who neither made the decision nor wrote the text."""
    has_decided = person is not None and appeal.decision.moderator_id == person.id
    return all_of(
        may_moderate(person, contribution),
        not_yours(_("An appeal is decided by a different moderator.")) if has_decided else ALLOWED,
        Decision(_("This appeal has already been decided.")) if appeal.decided_at else ALLOWED,
    )

"""Report a contribution, decide on it by a named rule, appeal against the decision."""

from datetime import timedelta
from typing import TypeVar

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import new_salt
from deliberate.models import (
    Appeal,
    Comment,
    EditRequest,
    Escalation,
    ModerationDecision,
    Person,
    Report,
    authors_of,
)
from deliberate.operations.moderation.open_items import close_open_items
from deliberate.operations.notices.notices import notify_moderators, notify_person
from deliberate.operations.site.rate_limits import network_hash
from deliberate.operations.threads.comments import adjust_stance_count
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.moderation.decisions import (
    may_appeal,
    may_decide_appeal,
    may_escalate,
    may_hide,
    may_report,
    may_request_edit,
    may_restore,
    needs_decision,
)
from deliberate.queries.moderation.contributions import Contribution, document_of, proposal_of
from deliberate.queries.moderation.decisions import (
    ReportingNetworks,
    count_reporting_networks,
    get_decided_contribution,
    get_last_decision,
    has_reported,
    list_decisions,
)
from deliberate.queries.moderation.open_items import editable_text, get_open_edit_request
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import (
    AppealOutcome,
    HoldRule,
    ModerationOutcome,
    ModerationRule,
    Role,
)
from deliberate.vocabulary.events.moderation import (
    AppealDecided,
    AppealFiled,
    CommentHeld,
    CommentHidden,
    CommentKept,
    CommentRestored,
    ContributionHeld,
    ContributionHidden,
    ContributionKept,
    ContributionRestored,
    EditAsked,
    MatterPassed,
    ProposalHeld,
    ProposalHidden,
    ProposalKept,
    ProposalRestored,
    ReportFiled,
)
from deliberate.vocabulary.notices import (
    AppealGrantedNotice,
    AppealRefusedNotice,
    EditRequestedNotice,
    EscalatedNotice,
    HeldNotice,
    HiddenNotice,
    KeptNotice,
    ModerationNotice,
    RestoredNotice,
)

AboutText = TypeVar("AboutText", ModerationNotice, EscalatedNotice)
REPORT_HOLD = timedelta(hours=24)
EDIT_PERIOD = timedelta(days=2)
"""How long an author may change a text after an edit request."""
MIN_VERIFIED_NETWORKS, MIN_ESTABLISHED_NETWORKS = 3, 5
"""Numbers of networks whose reports hold a text: of verified residents, of established accounts."""

_HELD = {
    "comment": CommentHeld,
    "proposal": ProposalHeld,
    "unit_contribution": ContributionHeld,
}
_KEPT = {
    "comment": CommentKept,
    "proposal": ProposalKept,
    "unit_contribution": ContributionKept,
}
_HIDDEN = {
    "comment": CommentHidden,
    "proposal": ProposalHidden,
    "unit_contribution": ContributionHidden,
}
_RESTORED = {
    "comment": CommentRestored,
    "proposal": ProposalRestored,
    "unit_contribution": ContributionRestored,
}


def report_contribution(
    reporter: Person,
    contribution: Contribution,
    reason: ModerationRule,
    note: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Report a contribution, once a person; enough reports hold it for a day."""
    with recorded(reporter, ReportFiled, context) as act:
        require(may_report(reporter, _lock(act, contribution)))
        if has_reported(reporter, contribution):
            raise Refused(_("You have already reported this. A moderator will look at it."))
        act.session.add(_new_report(reporter, contribution, reason, note, context.network))
        act.about(contribution, reason=reason)
        _hold_if_widely_reported(act, contribution)


def _new_report(
    reporter: Person, contribution: Contribution, reason: ModerationRule, note: str, network: str
) -> Report:
    return Report(
        person_id=reporter.id,
        subject_type=contribution.subject_type,
        subject_id=contribution.id,
        reason=reason,
        note=clean_line(note),
        network_hash=network_hash(network, "report") if network else "",
        filed_at=now(),
    )


def _lock(act: Act[...], contribution: Contribution) -> Contribution:
    """Lock a contribution; the proposal's row always before the comment's, to avoid deadlocks."""
    if isinstance(contribution, Comment):
        act.lock(contribution.proposal)
    return act.lock(contribution)


def _is_widely_reported(networks: ReportingNetworks) -> bool:
    return (
        networks.verified >= MIN_VERIFIED_NETWORKS
        or networks.established >= MIN_ESTABLISHED_NETWORKS
    )


def _hold_if_widely_reported(act: Act[...], contribution: Contribution) -> None:
    """Hold a contribution that is reported from enough networks.

    A contribution is held by reports once, and never after a moderator decided on it. One that a
    rule held when it was new can still be held by reports.
    """
    is_new = contribution.hidden_ground in set(HoldRule)
    is_decided = any(
        decision.outcome != ModerationOutcome.ASKED for decision in list_decisions(contribution)
    )
    if (contribution.held_until is not None and not is_new) or contribution.is_held or is_decided:
        return
    networks = count_reporting_networks(contribution)
    if not _is_widely_reported(networks):
        return
    contribution.hold(now() + REPORT_HOLD)
    reports = max(networks.verified, networks.established)
    act.consequence(_HELD[contribution.subject_type], contribution, reports=reports)
    _notify_author(act, HeldNotice, contribution)


def keep_contribution(
    moderator: Person,
    contribution: Contribution,
    note: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Decide that a contribution breaks no rule; it stays visible and is not held again."""
    with recorded(moderator, _KEPT[contribution.subject_type], context) as act:
        require(may_hide(moderator, _lock(act, contribution)))
        require(needs_decision(contribution))
        was_edit_requested = get_open_edit_request(contribution) is not None
        report_count = _close_with_decision(
            act, moderator, contribution, ModerationOutcome.KEPT, note=note
        )
        if contribution.is_held:
            _notify_author(act, RestoredNotice, contribution)
        elif was_edit_requested:
            _notify_author(act, KeptNotice, contribution)
        contribution.unhide()
        act.about(contribution, reports=report_count)


def hide_contribution(
    moderator: Person,
    contribution: Contribution,
    rule: ModerationRule,
    note: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Hide a contribution by a rule, with a note to its author; replies stay visible."""
    with recorded(moderator, _HIDDEN[contribution.subject_type], context) as act:
        require(may_hide(moderator, _lock(act, contribution)))
        report_count = _close_with_decision(
            act, moderator, contribution, ModerationOutcome.HIDDEN, rule=rule, note=note
        )
        contribution.hide(rule.value)
        _adjust_stances(contribution, -1)
        _notify_author(act, HiddenNotice, contribution)
        act.about(contribution, ground=rule, reports=report_count)


def request_edit(
    moderator: Person,
    contribution: Contribution,
    rule: ModerationRule,
    note: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Ask the author to change a text, by a rule, without hiding it.

    The end of a hold remains: an edit request does not extend it.
    """
    with recorded(moderator, EditAsked, context) as act:
        require(may_request_edit(moderator, _lock(act, contribution)))
        decision = _add_decision(
            act, moderator, contribution, ModerationOutcome.ASKED, rule=rule, note=note
        )
        decision.edit_request = EditRequest(
            original_text=editable_text(contribution), due_at=now() + EDIT_PERIOD
        )
        _notify_author(act, EditRequestedNotice, contribution)
        act.about(contribution, ground=rule)


def escalate(
    moderator: Person,
    contribution: Contribution,
    note: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Pass a contribution on to a second moderator, who decides instead of this one."""
    with recorded(moderator, MatterPassed, context) as act:
        require(may_escalate(moderator, _lock(act, contribution)))
        act.session.add(
            Escalation(
                subject_type=contribution.subject_type,
                subject_id=contribution.id,
                moderator_id=moderator.id,
                note=clean_line(note),
                escalated_at=now(),
            )
        )
        act.about(contribution)
        notify_moderators(act, proposal_of(contribution), _notice(EscalatedNotice, contribution))


def restore_contribution(
    moderator: Person,
    contribution: Contribution,
    note: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Show a hidden contribution again."""
    with recorded(moderator, _RESTORED[contribution.subject_type], context) as act:
        require(may_restore(moderator, _lock(act, contribution)))
        ground = contribution.hidden_ground
        _unhide(act, contribution)
        rule = ModerationRule(ground) if ground else None
        _add_decision(
            act, moderator, contribution, ModerationOutcome.RESTORED, rule=rule, note=note
        )
        act.about(contribution, ground=ground)


def _unhide(
    act: Act[...],
    contribution: Contribution,
    notice: type[ModerationNotice] = RestoredNotice,
) -> None:
    contribution.unhide()
    _adjust_stances(contribution, 1)
    _notify_author(act, notice, contribution)


def _adjust_stances(contribution: Contribution, change: int) -> None:
    """Update the stance counts of the proposal; hidden comments do not count, held ones do."""
    if (
        isinstance(contribution, Comment)
        and contribution.depth == 0
        and contribution.author_role == Role.RESIDENT
    ):
        adjust_stance_count(contribution.proposal, contribution.stance, change)


def _close_with_decision(
    act: Act[...],
    moderator: Person,
    contribution: Contribution,
    outcome: ModerationOutcome,
    *,
    rule: ModerationRule | None = None,
    note: str,
) -> int:
    """Add a decision that closes the open items of a contribution; return its number of reports."""
    count = close_open_items(act, contribution)
    _add_decision(act, moderator, contribution, outcome, rule=rule, note=note, report_count=count)
    return count


def _add_decision(
    act: Act[...],
    moderator: Person,
    contribution: Contribution,
    outcome: ModerationOutcome,
    *,
    rule: ModerationRule | None,
    note: str,
    report_count: int = 0,
) -> ModerationDecision:
    decision = ModerationDecision(
        **_decided_columns(contribution),
        outcome=outcome,
        ground=rule,
        note=clean(note),
        report_count=report_count,
        moderator_id=moderator.id,
        decided_at=now(),
    )
    act.session.add(decision)
    act.set_text(lambda: decision.note, decision)
    return decision


def _decided_columns(contribution: Contribution) -> dict[str, object]:
    """Return the columns of a decision that state what it is about."""
    proposal, document = proposal_of(contribution), document_of(contribution)
    return {
        "subject_type": contribution.subject_type,
        "subject_id": contribution.id,
        "proposal_id": proposal.id if proposal else None,
        "document_id": document.id if document else None,
        "stance": getattr(contribution, "stance", None),
    }


def file_appeal(
    author: Person,
    contribution: Contribution,
    reason: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Appeal against the hiding of a contribution; a different moderator decides."""
    with recorded(author, AppealFiled, context) as act:
        _lock(act, contribution)
        decision = get_last_decision(contribution)
        require(may_appeal(author, contribution, decision))
        appeal = Appeal(
            decision=decision, person_id=author.id, reason=clean(reason), filed_at=now()
        )
        act.session.add(appeal)
        act.set_text(lambda: appeal.reason, appeal)
        act.about(contribution)


def decide_appeal(
    moderator: Person,
    appeal: Appeal,
    outcome: AppealOutcome,
    note: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Decide an appeal: show the contribution again, or confirm the decision."""
    with recorded(moderator, AppealDecided, context) as act:
        contribution = get_decided_contribution(appeal.decision)
        _lock(act, contribution)
        require(may_decide_appeal(moderator, act.lock(appeal), contribution))
        appeal.outcome, appeal.note = outcome, clean(note)
        appeal.salt = appeal.salt or new_salt()  # one filed before texts were bound has none
        act.set_text(lambda: appeal.note, appeal)
        appeal.decided_by_id, appeal.decided_at = moderator.id, now()
        act.about(contribution, outcome=outcome)
        if outcome == AppealOutcome.REFUSED:
            _notify_author(act, AppealRefusedNotice, contribution)
        elif contribution.is_hidden:
            _grant_appeal(act, contribution)


def _grant_appeal(act: Act[...], contribution: Contribution) -> None:
    ground = contribution.hidden_ground
    _unhide(act, contribution, AppealGrantedNotice)
    act.consequence(_RESTORED[contribution.subject_type], contribution, ground=ground)


def _notify_author(
    act: Act[...], notice: type[ModerationNotice], contribution: Contribution
) -> None:
    event = _notice(notice, contribution)
    for author in authors_of(contribution):
        notify_person(act, author, event, proposal_of(contribution))


def _notice(kind: type[AboutText], contribution: Contribution) -> AboutText:
    document = document_of(contribution)
    return kind(
        subject=contribution.subject_type,
        id=contribution.id,
        document=document.id if document else None,
    )

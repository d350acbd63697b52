"""Close the open items of a contribution when it is changed, withdrawn or decided on."""

from sqlalchemy import Select, Update, select, update

from deliberate.clock import now
from deliberate.models import (
    AmendmentVersion,
    EditRequest,
    Escalation,
    ModerationDecision,
    Proposal,
    ProposalVersion,
    Report,
    UnitContribution,
)
from deliberate.queries.moderation.contributions import Contribution
from deliberate.queries.moderation.open_items import get_open_edit_request
from deliberate.recording import Act


def close_open_items(act: Act[...], contribution: Contribution) -> int:
    """Close reports, edit request and escalation of a contribution; return the number of reports.

    The network hashes of the reports and the original text of the edit request are cleared.
    """
    return close_all_open_items(act, contribution.subject_type, [contribution.id])


def close_all_open_items(
    act: Act[...], subject_type: str, subject_ids: list[int] | Select[int]
) -> int:
    """Close reports, edit requests and escalations of several contributions of one type.

    Returns the number of closed reports.
    """
    act.session.flush()
    resolved_at = now()
    reports = act.session.execute(
        _open_on(Report, subject_type, subject_ids).values(resolved_at=resolved_at, network_hash="")
    )
    act.session.execute(
        _open_on(Escalation, subject_type, subject_ids).values(resolved_at=resolved_at)
    )
    act.session.execute(
        _open_edit_requests(subject_type, subject_ids).values(
            resolved_at=resolved_at, original_text=""
        )
    )
    return int(reports.rowcount)  # type: ignore[attr-defined]  # an update has one


def _open_on(
    table: type[Report] | type[Escalation],
    subject_type: str,
    subject_ids: list[int] | Select[int],
) -> Update:
    return update(table).where(
        table.subject_type == subject_type,
        table.subject_id.in_(subject_ids),
        table.resolved_at.is_(None),
    )


def _open_edit_requests(subject_type: str, subject_ids: list[int] | Select[int]) -> Update:
    decisions = select(ModerationDecision.id).where(
        ModerationDecision.subject_type == subject_type,
        ModerationDecision.subject_id.in_(subject_ids),
    )
    return update(EditRequest).where(
        EditRequest.decision_id.in_(decisions), EditRequest.resolved_at.is_(None)
    )


def record_requested_edit(act: Act[...], contribution: Contribution) -> None:
    """Record that an author made a requested edit, for a moderator to review.

    Earlier versions of a proposal, and earlier wordings of an amendment, are no longer shown, by
    the rule of the request.
    """
    request = get_open_edit_request(contribution)
    if request is None or not request.is_active:
        return
    request.edited_at = now()
    ground = request.decision.ground
    if isinstance(contribution, UnitContribution):
        act.session.execute(
            update(AmendmentVersion)
            .where(
                AmendmentVersion.contribution_id == contribution.id,
                AmendmentVersion.number < contribution.number,
                AmendmentVersion.hidden_ground.is_(None),
            )
            .values(hidden_ground=ground)
        )
    if isinstance(contribution, Proposal):
        act.session.execute(
            update(ProposalVersion)
            .where(
                ProposalVersion.proposal_id == contribution.id,
                ProposalVersion.number < contribution.version,
                ProposalVersion.hidden_ground.is_(None),
            )
            .values(hidden_ground=ground)
        )

"""What becomes of a text that waits for a moderator when it is changed, taken back or decided."""

from typing import Any

from sqlalchemy import Select, select, update

from deliberate.clock import now
from deliberate.models import (
    Comment,
    EditRequest,
    Escalation,
    ModerationDecision,
    Proposal,
    ProposalVersion,
    Report,
)
from deliberate.queries.moderation.open_items import open_request
from deliberate.recording import Act

Thing = Comment | Proposal


def close_open_items(act: Act, thing: Thing) -> int:
    """Close what waits on a text: reports, a request to its author, a handover; gives the reports.

    From where reports came is forgotten, and what the text said when its author was asked.
    """
    return close_all_open_items(act, thing.subject_type, [thing.id])


def close_all_open_items(act: Act, kind: str, numbers: list[int] | Select[Any]) -> int:
    """The same for several texts of a kind."""
    act.session.flush()
    decisions = select(ModerationDecision.id).where(
        ModerationDecision.subject_type == kind, ModerationDecision.subject_id.in_(numbers)
    )
    closing: dict[str, Any] = {"settled_at": now()}
    settled = act.session.execute(_open_on(Report, kind, numbers).values(**closing, network=""))
    act.session.execute(_open_on(Escalation, kind, numbers).values(**closing))
    act.session.execute(
        update(EditRequest)
        .where(EditRequest.decision_id.in_(decisions), EditRequest.settled_at.is_(None))
        .values(**closing, words="")
    )
    return int(settled.rowcount)  # type: ignore[attr-defined]  # an update has one


def _open_on(table: type[Report] | type[Escalation], kind: str, numbers: Any) -> Any:
    return update(table).where(
        table.subject_type == kind, table.subject_id.in_(numbers), table.settled_at.is_(None)
    )


def note_edit(act: Act, thing: Thing) -> None:
    """Where its author was asked to change a text: that it was done, for a moderator to look at.

    What a proposal said until then is compared with no more, for the rule it was asked by.
    """
    request = open_request(thing)
    if request is None or not request.is_due:
        return
    request.edited_at = now()
    if isinstance(thing, Proposal):
        act.session.execute(
            update(ProposalVersion)
            .where(
                ProposalVersion.proposal_id == thing.id,
                ProposalVersion.number < thing.version,
                ProposalVersion.hidden_ground.is_(None),
            )
            .values(hidden_ground=request.decision.ground)
        )

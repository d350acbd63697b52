"""Where a proposal is: its state follows from dated facts and is never typed in."""

from enum import StrEnum

from sqlalchemy import ColumnElement

from deliberate.clock import now
from deliberate.models import Proposal
from deliberate.models.proposals.proposal import DROPPED, KEPT, OPEN
from deliberate.queries.processes.working_days import working_days_left
from deliberate.vocabulary import ProposalState

_DELIVERY = {
    OPEN: ProposalState.IN_DELIVERY,
    KEPT: ProposalState.DONE,
    DROPPED: ProposalState.DROPPED,
}


def state_of(proposal: Proposal) -> ProposalState:
    """Where a proposal is."""
    if proposal.hidden_at is not None:
        return ProposalState.HIDDEN
    if proposal.merged_into_id is not None:
        return ProposalState.MERGED
    if proposal.withdrawn_at is not None:
        return ProposalState.WITHDRAWN
    if proposal.answered_at is not None:
        return _DELIVERY.get(proposal.delivery or 0, ProposalState.RESPONDED)
    return ProposalState.PUBLISHED if proposal.due_at is None else ProposalState.DUE


def days_left(proposal: Proposal) -> int | None:
    """Working days until its response is due, negative when overdue; None where none is owed."""
    is_merged = proposal.merged_into_id is not None
    if proposal.due_at is None or proposal.answered_at is not None or is_merged:
        return None
    return working_days_left(proposal.process, proposal.due_at)


class ListState(StrEnum):
    """States a list can be narrowed to."""

    PUBLISHED = "published"
    DUE = "due"
    OVERDUE = "overdue"
    RESPONDED = "responded"
    IN_DELIVERY = "in_delivery"
    DONE = "done"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"


def in_state(state: str) -> list[ColumnElement[bool]]:
    """What is true of proposals in a state; what stands unless they are asked for as withdrawn."""
    is_withdrawn = state == ListState.WITHDRAWN
    stands = Proposal.withdrawn_at.is_not(None) if is_withdrawn else Proposal.withdrawn_at.is_(None)
    is_owed: list[ColumnElement[bool]] = [
        Proposal.qualified_at.is_not(None),
        Proposal.answered_at.is_(None),
    ]
    more: dict[str, list[ColumnElement[bool]]] = {
        ListState.PUBLISHED: [Proposal.qualified_at.is_(None), Proposal.answered_at.is_(None)],
        ListState.DUE: is_owed,
        ListState.OVERDUE: [*is_owed, Proposal.due_at < now()],
        ListState.RESPONDED: [Proposal.answered_at.is_not(None)],
        **{state.value: [Proposal.delivery == step] for step, state in _DELIVERY.items()},
    }
    return [stands, Proposal.merged_into_id.is_(None), *more.get(state, [])]

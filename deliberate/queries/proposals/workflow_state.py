"""The workflow state of a proposal, derived from its dates and commitments."""

from enum import StrEnum

from sqlalchemy import ColumnElement

from deliberate.clock import now
from deliberate.models import Proposal
from deliberate.models.proposals.proposal import (
    COMMITMENT_DROPPED,
    COMMITMENT_FULFILLED,
    COMMITMENT_OPEN,
)
from deliberate.queries.processes.working_days import working_days_left
from deliberate.vocabulary import ProposalState

_DELIVERY_STATES = {
    COMMITMENT_OPEN: ProposalState.IN_DELIVERY,
    COMMITMENT_FULFILLED: ProposalState.DONE,
    COMMITMENT_DROPPED: ProposalState.DROPPED,
}


def state_of(proposal: Proposal) -> ProposalState:
    """Return the workflow state of a proposal."""
    if proposal.is_hidden:
        return ProposalState.HIDDEN
    if proposal.merged_into_id is not None:
        return ProposalState.MERGED
    if proposal.withdrawn_at is not None:
        return ProposalState.WITHDRAWN
    if proposal.answered_at is not None:
        return _DELIVERY_STATES.get(proposal.commitment_status or 0, ProposalState.RESPONDED)
    return ProposalState.PUBLISHED if proposal.due_at is None else ProposalState.DUE


def days_left(proposal: Proposal) -> int | None:
    """Return the working days until a response is due, negative when overdue.

    Return None where no response is owed.
    """
    is_merged = proposal.merged_into_id is not None
    if proposal.due_at is None or proposal.answered_at is not None or is_merged:
        return None
    return working_days_left(proposal.process, proposal.due_at)


class ListState(StrEnum):
    """Workflow states a list can be filtered by."""

    PUBLISHED = "published"
    DUE = "due"
    OVERDUE = "overdue"
    RESPONDED = "responded"
    IN_DELIVERY = "in_delivery"
    DONE = "done"
    COMMITMENT_DROPPED = "dropped"
    WITHDRAWN = "withdrawn"


def state_conditions(state: str) -> list[ColumnElement[bool]]:
    """Return the SQL conditions of a state; without a state, those of a listed proposal."""
    is_listed = (
        Proposal.withdrawn_at.is_not(None)
        if state == ListState.WITHDRAWN
        else Proposal.withdrawn_at.is_(None)
    )
    is_owed: list[ColumnElement[bool]] = [
        Proposal.qualified_at.is_not(None),
        Proposal.answered_at.is_(None),
    ]
    conditions: dict[str, list[ColumnElement[bool]]] = {
        ListState.PUBLISHED: [Proposal.qualified_at.is_(None), Proposal.answered_at.is_(None)],
        ListState.DUE: is_owed,
        ListState.OVERDUE: [*is_owed, Proposal.due_at <= now()],
        ListState.RESPONDED: [Proposal.answered_at.is_not(None)],
        **{
            workflow_state.value: [Proposal.commitment_status == status]
            for status, workflow_state in _DELIVERY_STATES.items()
        },
    }
    return [is_listed, Proposal.merged_into_id.is_(None), *conditions.get(state, [])]

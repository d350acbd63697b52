"""Where a proposal is: its state follows from dated facts and is never typed in."""

from deliberate.models import Proposal
from deliberate.queries.calendar import working_days_left
from deliberate.vocabulary import ProposalState


def state_of(proposal: Proposal) -> ProposalState:
    """Where a proposal is."""
    if proposal.hidden_at is not None:
        return ProposalState.HIDDEN
    if proposal.withdrawn_at is not None:
        return ProposalState.WITHDRAWN
    if proposal.answered_at is not None:
        return ProposalState.RESPONDED
    return ProposalState.PUBLISHED if proposal.due_at is None else ProposalState.DUE


def days_left(proposal: Proposal) -> int | None:
    """Working days until its response is due, negative when overdue; None where none is owed."""
    if proposal.due_at is None or proposal.answered_at is not None:
        return None
    return working_days_left(proposal.process, proposal.due_at)

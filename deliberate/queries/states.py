"""Where a proposal is: its state follows from dated facts and is never typed in."""

from deliberate.models import Proposal
from deliberate.queries.calendar import working_days_left


def state_of(proposal: Proposal) -> str:
    """The word for where a proposal is, as the state tag takes it."""
    if proposal.hidden_at is not None:
        return "hidden"
    if proposal.withdrawn_at is not None:
        return "withdrawn"
    if proposal.answered_at is not None:
        return "responded"
    return "published" if proposal.due_at is None else "due"


def days_left(proposal: Proposal) -> int | None:
    """Working days until its response is due, negative when overdue; None where none is owed."""
    if proposal.due_at is None or proposal.answered_at is not None:
        return None
    return working_days_left(proposal.process, proposal.due_at)

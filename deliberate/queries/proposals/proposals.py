"""Single proposals: loading one, and its status as tags show it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Process, Proposal
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.vocabulary import ProposalState


def get_proposal(proposal_id: int) -> Proposal | None:
    """Return a proposal with its process, phases, author and institution."""
    return (
        db.session.scalars(
            select(Proposal)
            .options(
                joinedload(Proposal.process).joinedload(Process.phases),
                joinedload(Proposal.author),
                joinedload(Proposal.institution),
            )
            .where(Proposal.id == proposal_id)
        )
        .unique()
        .one_or_none()
    )


@dataclass(frozen=True)
class ProposalStatus:
    """The status of a proposal as its tag shows it."""

    state: ProposalState
    days_left: int | None
    """Working days until a response is due, negative when overdue; None when none is owed."""
    decision: str


def proposal_status(proposal: Proposal) -> ProposalStatus:
    """Return state, working days left and decision of a proposal now."""
    return ProposalStatus(state_of(proposal), days_left(proposal), proposal.decision or "")

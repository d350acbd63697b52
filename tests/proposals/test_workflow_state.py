"""Where a proposal is follows from what was promised and what came of it."""

import pytest

from deliberate.clock import now
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses.commitments import drop_commitment, fulfil_commitment
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.proposals.listing import Wanted, proposals_listed
from deliberate.queries.proposals.workflow_state import state_of
from deliberate.vocabulary import ProposalState, ResponseDecision
from tests import factories
from tests.client import visitor


@pytest.fixture
def promised(app):
    """A proposal answered with two promises, and the officer who made them."""
    office = factories.an_institution()
    officer, proposal = factories.staff(office), factories.a_proposal(factories.a_process(office))
    day = local_day(proposal.process, now())
    promises = [("Sepuluh bangku", office, day), ("Atap", office, day)]
    response = publish_response(
        officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Segera.", commitments=promises
    )
    return proposal, officer, response.commitments


def state(proposal):
    factories.again(proposal)
    return state_of(proposal)


def test_an_answer_without_a_promise_is_responded(app):
    office = factories.an_institution()
    proposal = factories.a_proposal(factories.a_process(office))
    assert state(proposal) == ProposalState.PUBLISHED
    publish_response(factories.staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Segera.")
    assert state(proposal) == ProposalState.RESPONDED


def test_it_is_in_delivery_until_every_promise_is_settled_then_done(app, promised):
    proposal, officer, (first, second) = promised
    assert state(proposal) == ProposalState.IN_DELIVERY
    fulfil_commitment(officer, first, "Terpasang", "")
    assert state(proposal) == ProposalState.IN_DELIVERY
    drop_commitment(officer, second, "Tanpa anggaran")
    assert state(proposal) == ProposalState.DONE


def test_it_is_dropped_when_every_promise_was(app, promised):
    proposal, officer, commitments = promised
    for commitment in list(commitments):
        drop_commitment(officer, commitment, "Tanpa anggaran")
    assert state(proposal) == ProposalState.DROPPED


def test_the_list_is_narrowed_by_it(app, promised):
    proposal, _officer, _commitments = promised
    factories.a_proposal(proposal.process)
    assert [one.id for one in proposals_listed(Wanted(state="in_delivery"))[0]] == [proposal.id]
    assert proposals_listed(Wanted(state="done"))[0] == []
    page = visitor(app).get("/en/proposals?state=in_delivery").text
    assert page.count('<li class="item">') == 1 and "In delivery" in page


def test_the_last_day_is_said_as_today(app, clock):
    process = factories.a_process(threshold=1)
    proposal = factories.a_proposal(process)
    proposal_operations.support_proposal(factories.resident(), proposal)
    clock.move_to(proposal.due_at - (proposal.due_at - now()) / 1000)
    page = visitor(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text
    assert (
        "Response due today" in page and "in 0 working" not in page and "0 working days" not in page
    )

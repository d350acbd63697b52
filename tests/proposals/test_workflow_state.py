"""The workflow state of a proposal follows from its commitments."""

import pytest

from deliberate.clock import now
from deliberate.days import local_today
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.commitments import drop_commitment, fulfil_commitment
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.proposals.listing import ProposalFilters, list_proposals
from deliberate.queries.proposals.workflow_state import state_of
from deliberate.vocabulary import ProposalState, ResponseDecision
from tests import factories
from tests.client import anonymous_client


@pytest.fixture
def committed(app):
    """Return a proposal whose response has two commitments, the officer and the commitments."""
    office = factories.create_institution()
    officer, proposal = (
        factories.create_staff(office),
        factories.create_proposal(factories.create_process(office)),
    )
    day = local_today(proposal.process)
    commitments = [("Sepuluh bangku", office, day), ("Atap", office, day)]
    response = publish_response(
        officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Segera.", commitments=commitments
    )
    return proposal, officer, response.commitments


def state(proposal):
    factories.reload(proposal)
    return state_of(proposal)


def test_state_without_commitments_is_responded(app):
    office = factories.create_institution()
    proposal = factories.create_proposal(factories.create_process(office))
    assert state(proposal) == ProposalState.PUBLISHED
    publish_response(
        factories.create_staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Segera."
    )
    assert state(proposal) == ProposalState.RESPONDED


def test_state_is_in_delivery_until_all_commitments_are_settled(app, committed):
    proposal, officer, (first, second) = committed
    assert state(proposal) == ProposalState.IN_DELIVERY
    fulfil_commitment(officer, first, "Terpasang", "")
    assert state(proposal) == ProposalState.IN_DELIVERY
    drop_commitment(officer, second, "Tanpa anggaran")
    assert state(proposal) == ProposalState.DONE


def test_state_is_dropped_when_all_commitments_are(app, committed):
    proposal, officer, commitments = committed
    for commitment in list(commitments):
        drop_commitment(officer, commitment, "Tanpa anggaran")
    assert state(proposal) == ProposalState.DROPPED


def test_listing_filters_by_delivery_state(app, committed):
    proposal, _officer, _commitments = committed
    factories.create_proposal(proposal.process)
    assert [row.id for row, _ in list_proposals(ProposalFilters(state="in_delivery"))[0]] == [
        proposal.id
    ]
    assert list_proposals(ProposalFilters(state="done"))[0] == []
    page = anonymous_client(app).get("/en/proposals?state=in_delivery").text
    assert page.count('proposal-row"') == 1 and "In delivery" in page


def test_deadline_on_its_last_day_is_shown_as_today(app, clock):
    process = factories.create_process(threshold=1)
    proposal = factories.create_proposal(process)
    support_proposal(factories.create_resident(), proposal)
    clock.move_to(proposal.due_at - (proposal.due_at - now()) / 1000)
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text
    assert (
        "Response due today" in page and "in 0 working" not in page and "0 working days" not in page
    )

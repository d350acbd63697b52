"""Figures of the home page."""

from datetime import UTC, datetime

from deliberate.database import unrecorded
from deliberate.days import Zone
from deliberate.operations.proposals.proposals import withdraw_proposal
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.processes.home import (
    get_month_figures,
    list_longest_waiting,
    list_newest_responses,
)
from deliberate.vocabulary import ResponseDecision
from tests import factories


def test_month_counts_the_deadline_of_its_last_day(app, clock):
    proposal = factories.create_proposal()
    with unrecorded("test settings") as session:
        proposal.qualified_at = datetime(2026, 3, 2, tzinfo=UTC)
        proposal.due_at = datetime(2026, 3, 31, 16, tzinfo=UTC)  # the end of 31 March there
        session.add(proposal)
    place = Zone("Asia/Makassar")
    assert get_month_figures(place).due == 1
    clock.move_to(datetime(2026, 3, 31, 16, tzinfo=UTC))
    assert get_month_figures(place).due == 0


def test_month_does_not_count_a_withdrawn_proposal_as_due(app, clock):
    process = factories.create_process(threshold=1, response_days=5)
    first, second = (factories.create_proposal(process) for _ in range(2))
    for proposal in (first, second):
        support_proposal(factories.create_resident(), proposal)
    assert get_month_figures(Zone("Asia/Makassar")).due == 2
    withdraw_proposal(first.author, first, "Sudah selesai.")
    assert get_month_figures(Zone("Asia/Makassar")).due == 1


def test_interim_response_is_not_among_the_newest_answers(app, clock):
    institution = factories.create_institution()
    process = factories.create_process(institution, threshold=1)
    officer, proposal = factories.create_staff(institution), factories.create_proposal(process)
    support_proposal(factories.create_resident(), proposal)
    publish_response(officer, proposal, ResponseDecision.NEEDS_STUDY, "Dikaji", "Dikaji.")
    assert list_newest_responses() == [] and list(list_longest_waiting()) == [proposal]
    final = publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
    assert list_newest_responses() == [final] and list_longest_waiting() == []

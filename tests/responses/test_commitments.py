"""What becomes of promises, and residents' word on them."""

from datetime import date

import pytest
from flask_babel import force_locale

from deliberate.operations.responses import commitments as commitment_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.timeline import timeline_of
from deliberate.queries.responses.commitments import commitments_by_state
from deliberate.queries.responses.responses import responses_of
from deliberate.vocabulary import ResponseDecision
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app, clock):
    with force_locale("en"):
        yield


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def response(office):
    proposal = factories.a_proposal(factories.a_process(office))
    return response_operations.publish_response(
        factories.staff(office),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[("Pagar", office, date(2026, 3, 30))],
    )


@pytest.fixture
def promise(response):
    return response.commitments[0]


def test_each_step_is_one_row_and_one_entry_of_the_timeline(office, promise, log):
    officer = factories.staff(office)
    log()
    commitment_operations.update_commitment(officer, promise, "Bahan sudah tiba.", "Gudang Sepaku")
    commitment_operations.fulfil_commitment(officer, promise, "Selesai.")
    assert [e.kind for e in log()] == ["commitment.updated", "commitment.fulfilled"]
    titles = [e["title"] for e in timeline_of(promise.response.proposal)]
    assert "Commitment moved on" in titles and "Commitment fulfilled" in titles


def test_late_is_computed_from_the_date(clock, office, promise):
    assert [p.id for p in commitments_by_state("due", office.id)] == [promise.id]
    assert promise.state_on(date(2026, 3, 30)) == "due"
    assert promise.state_on(date(2026, 3, 31)) == "late"


def test_a_promise_is_dropped_with_a_reason_only(office, promise, log):
    officer = factories.staff(office)
    with pytest.raises(Refused, match="why"):
        commitment_operations.drop_commitment(officer, promise, " ")
    commitment_operations.drop_commitment(officer, promise, "Anggaran dipotong.")
    assert log()[-1].details == {"reason_given": 1}


def test_a_kept_promise_moves_no_more(office, promise):
    officer = factories.staff(office)
    commitment_operations.fulfil_commitment(officer, promise)
    with pytest.raises(Refused, match="already"):
        commitment_operations.drop_commitment(officer, promise, "Batal.")


def test_another_institution_does_not_move_it(promise):
    with pytest.raises(Refused, match="Another institution"):
        commitment_operations.update_commitment(factories.staff(), promise, "Maju.")


def test_a_resident_says_once_whether_it_answers_and_may_change_it(response, log):
    resident = factories.resident()
    log()
    commitment_operations.judge_response(resident, response, "no", "Kurang jelas.")
    commitment_operations.judge_response(resident, response, "partly")
    assert [e.details for e in log()] == [{"answers_it": "no"}, {"answers_it": "partly"}]
    assert response.counts("answers") == {"yes": 0, "partly": 1, "no": 0}
    with pytest.raises(Refused, match="already"):
        commitment_operations.judge_response(resident, response, "partly")


def test_staff_do_not_judge_answers(office, response):
    with pytest.raises(Refused, match="role"):
        commitment_operations.judge_response(factories.staff(office), response, "yes")


def test_an_answer_is_yes_partly_or_no(response):
    with pytest.raises(Refused, match="Choose"):
        commitment_operations.judge_response(factories.resident(), response, "mungkin")


def test_whether_it_is_built_is_asked_when_delivery_is_over(office, response, promise):
    resident = factories.resident()
    with pytest.raises(Refused, match="once the commitments"):
        commitment_operations.check_outcome(resident, response, "yes")
    commitment_operations.fulfil_commitment(factories.staff(office), promise)
    commitment_operations.check_outcome(resident, response, "no", "Belum ada pagar.")
    (card,) = responses_of(response.proposal_id, resident)
    assert card.may_check and card.mine["built"].answer == "no"
    assert response.counts("built")["no"] == 1

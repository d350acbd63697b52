"""Commitments: their steps, and the judgements of residents on responses and outcomes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from deliberate.database import db, unrecorded
from deliberate.operations.responses.commitments import (
    drop_commitment,
    fulfil_commitment,
    update_commitment,
)
from deliberate.operations.responses.judgements import check_outcome, judge_response
from deliberate.operations.responses.responses import publish_response
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.timeline import get_timeline
from deliberate.queries.responses.commitments import list_commitments
from deliberate.queries.responses.desk import get_desk_counts
from deliberate.queries.responses.responses import list_response_cards
from deliberate.vocabulary import ResponseDecision
from tests import factories

pytestmark = pytest.mark.usefixtures("clock", "english")


@pytest.fixture
def response(institution):
    proposal = factories.create_proposal(factories.create_process(institution))
    return publish_response(
        factories.create_staff(institution),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[("Pagar", institution, date(2026, 3, 30))],
    )


@pytest.fixture
def commitment(response):
    return response.commitments[0]


def test_commitment_step_is_one_act_and_one_timeline_entry(institution, commitment, log):
    officer = factories.create_staff(institution)
    log()
    update_commitment(officer, commitment, "Bahan sudah tiba.", "Gudang Sepaku")
    fulfil_commitment(officer, commitment, "Selesai.")
    assert [entry.kind for entry in log()] == ["commitment.updated", "commitment.fulfilled"]
    titles = [e.title for e in get_timeline(commitment.response.proposal)]
    assert "Progress on a commitment" in titles and "Commitment fulfilled" in titles


def test_commitment_is_late_after_its_date(clock, institution, commitment):
    assert [row.id for row in list_commitments("due", institution.id)] == [commitment.id]
    assert commitment.state_on(date(2026, 3, 30)) == "due"
    assert commitment.state_on(date(2026, 3, 31)) == "late"


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("Asia/Makassar", 16), ("America/New_York", 28), ("Pacific/Apia", 11)],
)
def test_commitment_is_late_after_the_last_moment_of_its_day_there(
    clock, institution, commitment, zone, hour
):
    set_timezone(commitment.response.proposal.process, zone)
    day_ends = datetime(2026, 3, 30, tzinfo=UTC) + timedelta(hours=hour)
    clock.move_to(day_ends - timedelta(seconds=1))
    assert states(institution) == {"due"}
    clock.move_to(day_ends)
    assert states(institution) == {"late"}


@pytest.mark.parametrize(("seconds", "is_late"), [(-1, False), (0, True)])
def test_commitment_is_fulfilled_late_after_the_last_moment_of_its_day_there(
    clock, institution, commitment, seconds, is_late
):
    set_timezone(commitment.response.proposal.process, "America/New_York")
    clock.move_to(datetime(2026, 3, 31, 4, tzinfo=UTC) + timedelta(seconds=seconds))
    fulfil_commitment(factories.create_staff(institution), commitment, "Selesai.")
    assert commitment.is_fulfilled_late is is_late
    notes = [entry.note for entry in get_timeline(commitment.response.proposal)]
    assert any("late, was due" in note for note in notes) is is_late


def test_desk_counts_the_commitments_that_the_lists_show(clock, institution, response):
    other = factories.create_institution("dishub")
    publish_response(
        response.responder,
        response.proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[("Rambu", other, date(2026, 3, 20))],
    )
    for moment in (datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 25, tzinfo=UTC)):
        clock.move_to(moment)
        db.session.rollback()
        for row in (institution, other):
            counts = get_desk_counts(row.id)
            assert counts.commitments_due == len(list_commitments("due", row.id))
            assert counts.commitments_late == len(list_commitments("late", row.id))
    assert get_desk_counts(other.id).commitments_late == 1
    assert get_desk_counts(institution.id).commitments_late == 0


def set_timezone(process, zone):
    with unrecorded("test settings") as session:
        process.timezone = zone
        session.add(process)


def states(institution):
    """Return the lists on which the commitment of the response is."""
    db.session.rollback()
    return {state for state in ("due", "late") if list_commitments(state, institution.id)}


def test_commitment_is_dropped_with_a_reason_only(institution, commitment, log):
    officer = factories.create_staff(institution)
    with pytest.raises(Refused, match="reason"):
        drop_commitment(officer, commitment, " ")
    drop_commitment(officer, commitment, "Anggaran dipotong.")
    assert log()[-1].details == {"reason_given": 1}


def test_commitment_fulfilled_is_final(institution, commitment):
    officer = factories.create_staff(institution)
    fulfil_commitment(officer, commitment)
    with pytest.raises(Refused, match="already"):
        drop_commitment(officer, commitment, "Batal.")


def test_commitment_is_not_updated_by_another_institution(commitment):
    with pytest.raises(Refused, match="Another institution"):
        update_commitment(factories.create_staff(), commitment, "Maju.")


def test_judgement_is_counted_once_and_can_be_changed(response, log):
    resident = factories.create_resident()
    log()
    judge_response(resident, response, "no", "Kurang jelas.")
    judge_response(resident, response, "partly")
    assert [entry.details for entry in log()] == [{"answers_it": "no"}, {"answers_it": "partly"}]
    assert response.counts("answers") == {"yes": 0, "partly": 1, "no": 0}
    with pytest.raises(Refused, match="already"):
        judge_response(resident, response, "partly")


def test_judgement_by_staff_is_refused(institution, response):
    with pytest.raises(Refused, match="role"):
        judge_response(factories.create_staff(institution), response, "yes")


def test_judgement_must_be_yes_partly_or_no(response):
    with pytest.raises(Refused, match="Choose"):
        judge_response(factories.create_resident(), response, "mungkin")


def test_outcome_is_checked_once_no_commitment_is_due(institution, response, commitment):
    resident = factories.create_resident()
    with pytest.raises(Refused, match="once the commitments"):
        check_outcome(resident, response, "yes")
    fulfil_commitment(factories.create_staff(institution), commitment)
    check_outcome(resident, response, "no", "Belum ada pagar.")
    (card,) = list_response_cards(response.proposal_id, resident)
    assert card.may_check_outcome and card.own_judgements["built"].answer == "no"
    assert response.counts("built")["no"] == 1


def test_newer_version_carries_open_commitments_over_until_they_are_dropped(
    clock, institution, response, commitment
):
    officer, proposal = factories.create_staff(institution), response.proposal

    def publish_version(*commitments):
        answer = (officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
        return publish_response(*answer, commitments=commitments, note="Diperjelas.")

    def shown():
        return [(row.commitment.what, row.carried_from) for row in card().commitments]

    def card():
        db.session.expire_all()
        return list_response_cards(proposal.id)[0]

    newer = publish_version(("Lampu", institution, date(2026, 3, 20)))
    assert shown() == [("Lampu", None), ("Pagar", 1)]
    clock.move_to(datetime(2026, 3, 25, 1, tzinfo=UTC))
    resident = factories.create_resident()
    with pytest.raises(Refused, match="once the commitments are due"):
        check_outcome(resident, newer, "yes")
    assert not card().may_check_outcome and len(list_commitments("due")) == 1
    drop_commitment(factories.create_staff(institution), commitment, "Anggaran habis.")
    assert shown() == [("Lampu", None)] and card().may_check_outcome
    check_outcome(resident, newer, "yes")

"""The desk's side of a proposal: hand-overs, bounce, pause, and a clock that runs on."""

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from deliberate.database import db, unrecorded
from deliberate.models import Case
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses import referrals as referral_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.processes.working_days import last_day, working_days_left
from deliberate.queries.proposals.timeline import timeline_of
from deliberate.queries.responses import response_owner as response_owner_queries
from deliberate.queries.responses.desk import desk_counts, offers_to, queue_of
from deliberate.queries.responses.institution_figures import passed_around
from deliberate.queries.threads.open_questions import open_questions
from deliberate.vocabulary import Stance
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app, clock):
    with force_locale("en"):
        yield


@pytest.fixture
def coordinator(app):
    office = factories.an_institution("sarpras")
    with unrecorded("test settings") as session:
        office.is_coordinator = True
        session.add(office)
    return office


@pytest.fixture
def other(app):
    return factories.an_institution("lingkungan")


@pytest.fixture
def proposal(coordinator):
    """Owed by the coordinating institution from Monday, 2 March 2026."""
    proposal = factories.a_proposal(factories.a_process(coordinator, threshold=1, days=90))
    proposal_operations.support_proposal(factories.resident(), proposal)
    return proposal


def on(clock, day, month=3, hour=1):
    clock.move_to(datetime(2026, month, day, hour, tzinfo=UTC))


def owed_by(proposal):
    factories.again(proposal)
    return response_owner_queries.asked_id(proposal)


def deadline(proposal):
    factories.again(proposal)
    return last_day(proposal.process, proposal.due_at).isoformat()


def test_three_hand_overs_a_bounce_a_pause_and_a_missed_deadline(
    clock, coordinator, other, proposal
):
    ours, theirs = factories.staff(coordinator), factories.staff(other)
    assert deadline(proposal) == "2026-04-07"

    on(clock, 3)
    first = referral_operations.refer_proposal(ours, proposal, other, "Saluran air.")
    assert last_day(proposal.process, first.accept_by).isoformat() == "2026-03-06"
    assert owed_by(proposal) == coordinator.id
    on(clock, 5)
    referral_operations.accept_referral(theirs, first)
    assert owed_by(proposal) == other.id and deadline(proposal) == "2026-04-07"

    on(clock, 16)  # three working days, with Nyepi, Idul Fitri and leave between: 17, 25, 26
    second = referral_operations.refer_proposal(
        theirs, proposal, coordinator, "Halte, bukan saluran."
    )
    assert last_day(proposal.process, second.accept_by).isoformat() == "2026-03-26"
    on(clock, 26, hour=15)
    assert owed_by(proposal) == other.id
    on(clock, 26, hour=16)  # midnight in Nusantara
    assert owed_by(proposal) == coordinator.id and second.state_at(clock_now()) == "bounced"

    on(clock, 30)
    case_operations.pause_clock(ours, proposal, "Halte yang mana?", days=5)
    assert deadline(proposal) == "2026-04-14"
    on(clock, 2, month=4)
    case_operations.resume_clock(proposal.author, proposal)
    assert deadline(proposal) == "2026-04-10"

    on(clock, 7, month=4)
    third = referral_operations.refer_proposal(ours, proposal, other, "Sesuai rapat 6 April.")
    on(clock, 8, month=4)
    referral_operations.accept_referral(theirs, third)

    on(clock, 13, month=4)
    factories.again(proposal)
    assert working_days_left(proposal.process, proposal.due_at) == -1
    assert desk_counts(other.id).overdue == 1
    assert passed_around() == [(proposal, 3)]
    titles = [entry["title"] for entry in timeline_of(proposal)]
    assert sum(title.startswith("Referred to") for title in titles) == 3
    assert "Not taken in time: back to the coordinating institution" in titles


def clock_now():
    from deliberate.clock import now

    return now()


def test_a_referral_leaves_one_row_and_names_its_receiver(coordinator, other, proposal, log):
    officer = factories.staff(coordinator)
    log()
    referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")
    (entry,) = log()
    assert entry.kind == "proposal.referred" and entry.details == {"to": other.id}
    assert [offer.proposal_id for offer in offers_to(other.id)] == [proposal.id]


def test_no_referral_to_oneself(coordinator, proposal, log):
    officer = factories.staff(coordinator)
    log()
    with pytest.raises(Refused, match="the institution that has it"):
        referral_operations.refer_proposal(officer, proposal, coordinator, "Kami.")
    assert log() == []


def test_no_referral_without_a_reason(coordinator, other, proposal):
    with pytest.raises(Refused, match="reason"):
        referral_operations.refer_proposal(factories.staff(coordinator), proposal, other, "  ")


def test_no_second_referral_while_one_waits(coordinator, other, proposal):
    officer = factories.staff(coordinator)
    referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")
    with pytest.raises(Refused, match="waiting to be accepted"):
        referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")


def test_only_the_receiver_takes_a_referral_and_only_in_time(clock, coordinator, other, proposal):
    referral = referral_operations.refer_proposal(
        factories.staff(coordinator), proposal, other, "Saluran air."
    )
    with pytest.raises(Refused, match="another institution"):
        referral_operations.accept_referral(factories.staff(), referral)
    on(clock, 9)
    with pytest.raises(Refused, match="no longer open"):
        referral_operations.accept_referral(factories.staff(other), referral)


def test_a_declined_referral_goes_to_the_coordinator(clock, coordinator, other, proposal):
    referral = referral_operations.refer_proposal(
        factories.staff(coordinator), proposal, other, "Saluran air."
    )
    referral_operations.decline_referral(factories.staff(other), referral, "Bukan saluran.")
    assert owed_by(proposal) == coordinator.id and referral.state_at(clock_now()) == "declined"


def test_outside_a_system_and_its_reference_are_named(coordinator, proposal, log):
    officer = factories.staff(coordinator)
    referral_operations.refer_proposal(
        officer, proposal, None, "Laporan.", external_system="SP4N-LAPOR!", external_reference="77"
    )
    assert log()[-1].details == {"external_system": "SP4N-LAPOR"}
    assert owed_by(proposal) == coordinator.id


def test_a_case_goes_from_waiting_to_answered(coordinator, proposal):
    officer, colleague = factories.staff(coordinator), factories.staff(coordinator)
    assert queue_of(coordinator.id)[0].state == "waiting"
    case_operations.assign_case(officer, proposal, colleague)
    assert queue_of(coordinator.id)[0].state == "assigned"
    case_operations.take_case(colleague, proposal)
    (row,) = queue_of(coordinator.id, assignee_id=colleague.id)
    assert row.state == "in_work" and row.days == 20


def test_assigning_and_taking_leave_one_internal_row_each(coordinator, proposal, log):
    officer, colleague = factories.staff(coordinator), factories.staff(coordinator)
    log()
    case_operations.assign_case(officer, proposal, colleague)
    case_operations.take_case(colleague, proposal)
    assert [entry.kind for entry in log()] == ["case.assigned", "case.started"]


def test_a_case_is_not_given_to_another_institutions_staff(coordinator, other, proposal):
    with pytest.raises(Refused, match="does not work"):
        case_operations.assign_case(factories.staff(coordinator), proposal, factories.staff(other))


def test_acknowledgement_is_public_and_given_once(coordinator, proposal, log):
    officer = factories.staff(coordinator)
    log()
    case_operations.acknowledge(officer, proposal)
    (entry,) = log()
    assert entry.kind == "proposal.acknowledged"
    with pytest.raises(Refused, match="acknowledged already"):
        case_operations.acknowledge(officer, proposal)


def test_there_is_one_pause_and_never_after_the_deadline(clock, coordinator, proposal):
    officer = factories.staff(coordinator)
    case_operations.pause_clock(officer, proposal, "Halte mana?", days=2)
    with pytest.raises(Refused, match="no second pause"):
        case_operations.pause_clock(officer, proposal, "Dan kapan?", days=2)


def test_an_overdue_case_is_not_paused(clock, coordinator, proposal):
    on(clock, 9, month=4)
    with pytest.raises(Refused, match="overdue"):
        case_operations.pause_clock(factories.staff(coordinator), proposal, "Halte mana?")


@pytest.mark.parametrize("days", [0, 11])
def test_a_pause_lasts_ten_working_days_at_most(coordinator, proposal, days):
    with pytest.raises(Refused, match="between 1 and 10"):
        case_operations.pause_clock(
            factories.staff(coordinator), proposal, "Halte mana?", days=days
        )


def test_a_pause_nobody_ends_is_over_on_its_day(clock, coordinator, proposal):
    case_operations.pause_clock(factories.staff(coordinator), proposal, "Halte mana?", days=2)
    case = db.session.query(Case).one()
    assert case.is_paused(clock_now())
    on(clock, 4, hour=16)
    assert not case.is_paused(clock_now())
    assert deadline(proposal) == "2026-04-09"


def test_a_note_is_for_the_institutions_concerned(coordinator, other, proposal, log):
    case_operations.add_note(factories.staff(coordinator), proposal, "Tanya bagian hukum.")
    assert log()[-1].kind == "case.noted"
    with pytest.raises(Refused, match="Another institution"):
        case_operations.add_note(factories.staff(other), proposal, "Boleh tahu?")


def test_a_question_is_listed_until_answered_or_settled(coordinator, proposal, log):
    asker = factories.resident()
    one, two = (
        comment_operations.post_comment(
            asker, proposal, text, stance=Stance.NEUTRAL, is_question=True
        )
        for text in ("Kapan?", "Berapa?")
    )
    assert [c.id for c in open_questions(coordinator.id)] == [one.id, two.id]
    comment_operations.post_comment(
        factories.staff(coordinator), proposal, "Tahun ini.", parent=one
    )
    case_operations.settle_question(asker, two)
    assert log()[-1].kind == "question.settled"
    assert not open_questions(coordinator.id)


def test_only_its_author_settles_a_question(proposal):
    question = comment_operations.post_comment(
        factories.resident(), proposal, "Kapan?", stance=Stance.NEUTRAL, is_question=True
    )
    with pytest.raises(Refused, match="author"):
        case_operations.settle_question(factories.resident(), question)

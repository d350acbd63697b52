"""Cases: assignment, notes, referrals, the pause of the response clock, deadlines."""

from datetime import UTC, datetime, timedelta

import pytest

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import last_day
from deliberate.models import Case
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses import referrals as referral_operations
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.processes.working_days import working_days_left
from deliberate.queries.proposals.timeline import get_timeline
from deliberate.queries.responses import response_owner as response_owner_queries
from deliberate.queries.responses.desk import (
    get_desk_counts,
    list_open_cases,
    list_pending_referrals,
)
from deliberate.queries.responses.institution_figures import list_often_referred_proposals
from deliberate.queries.threads.open_questions import open_questions
from deliberate.vocabulary import ResponseDecision, Stance
from tests import factories

pytestmark = pytest.mark.usefixtures("clock", "english")


@pytest.fixture
def coordinator(app):
    return factories.create_institution("sarpras", is_coordinator=True)


@pytest.fixture
def other(app):
    return factories.create_institution("lingkungan")


@pytest.fixture
def proposal(coordinator):
    """Owed by the coordinating institution from Monday, 2 March 2026."""
    proposal = factories.create_proposal(
        factories.create_process(coordinator, threshold=1, days=90)
    )
    support_proposal(factories.create_resident(), proposal)
    return proposal


def move_to_day(clock, day, month=3, hour=1):
    clock.move_to(datetime(2026, month, day, hour, tzinfo=UTC))


def owner_id_of(proposal):
    factories.reload(proposal)
    return response_owner_queries.response_owner_id(proposal)


def due_on(proposal):
    factories.reload(proposal)
    return last_day(proposal.process, proposal.due_at).isoformat()


def test_case_with_three_referrals_a_lapsed_one_a_pause_and_a_missed_deadline(
    clock, coordinator, other, proposal
):
    officer, other_officer = factories.create_staff(coordinator), factories.create_staff(other)
    assert due_on(proposal) == "2026-04-07"

    move_to_day(clock, 3)
    first = referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")
    assert last_day(proposal.process, first.accept_by).isoformat() == "2026-03-06"
    assert owner_id_of(proposal) == coordinator.id
    move_to_day(clock, 5)
    referral_operations.accept_referral(other_officer, first)
    assert owner_id_of(proposal) == other.id and due_on(proposal) == "2026-04-07"

    move_to_day(
        clock, 16
    )  # three working days (17, 25, 26), with Nyepi, Idul Fitri and leave between
    second = referral_operations.refer_proposal(
        other_officer, proposal, coordinator, "Halte, bukan saluran."
    )
    assert last_day(proposal.process, second.accept_by).isoformat() == "2026-03-26"
    move_to_day(clock, 26, hour=15)
    assert owner_id_of(proposal) == other.id
    move_to_day(clock, 26, hour=16)  # midnight in Nusantara
    assert owner_id_of(proposal) == coordinator.id and second.state_at(now()) == "bounced"

    move_to_day(clock, 30)
    case_operations.pause_clock(officer, proposal, "Halte yang mana?", days=5)
    assert due_on(proposal) == "2026-04-14"
    move_to_day(clock, 2, month=4)
    case_operations.resume_clock(proposal.author, proposal)
    assert due_on(proposal) == "2026-04-10"

    move_to_day(clock, 7, month=4)
    third = referral_operations.refer_proposal(officer, proposal, other, "Sesuai rapat 6 April.")
    move_to_day(clock, 8, month=4)
    referral_operations.accept_referral(other_officer, third)

    move_to_day(clock, 13, month=4)
    factories.reload(proposal)
    assert working_days_left(proposal.process, proposal.due_at) == -1
    assert get_desk_counts(other.id).overdue == 1
    (often_referred,) = list_often_referred_proposals()
    assert (often_referred.proposal, often_referred.referral_count) == (proposal, 3)
    titles = [entry.title for entry in get_timeline(proposal)]
    assert sum(title.startswith("Referred to") for title in titles) == 3
    assert "Not accepted in time: back to the coordinating institution" in titles


def test_referral_is_one_act_that_names_the_receiver(coordinator, other, proposal, log):
    officer = factories.create_staff(coordinator)
    log()
    referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")
    (entry,) = log()
    assert entry.kind == "proposal.referred" and entry.details == {"to": other.id}
    assert [offer.proposal_id for offer in list_pending_referrals(other.id)] == [proposal.id]


def test_referral_to_own_institution_is_refused(coordinator, proposal, log):
    officer = factories.create_staff(coordinator)
    log()
    with pytest.raises(Refused, match="the institution that has it"):
        referral_operations.refer_proposal(officer, proposal, coordinator, "Kami.")
    assert log() == []


def test_referral_without_reason_is_refused(coordinator, other, proposal):
    with pytest.raises(Refused, match="reason"):
        referral_operations.refer_proposal(
            factories.create_staff(coordinator), proposal, other, "  "
        )


def test_referral_is_refused_while_another_is_pending(coordinator, other, proposal):
    officer = factories.create_staff(coordinator)
    referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")
    with pytest.raises(Refused, match="waiting to be accepted"):
        referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")


def test_referral_is_accepted_by_the_receiver_in_time_only(clock, coordinator, other, proposal):
    referral = referral_operations.refer_proposal(
        factories.create_staff(coordinator), proposal, other, "Saluran air."
    )
    with pytest.raises(Refused, match="another institution"):
        referral_operations.accept_referral(factories.create_staff(), referral)
    move_to_day(clock, 9)
    with pytest.raises(Refused, match="not accepted in time"):
        referral_operations.accept_referral(factories.create_staff(other), referral)


def test_referral_declined_goes_to_the_coordinator(clock, coordinator, other, proposal):
    referral = referral_operations.refer_proposal(
        factories.create_staff(coordinator), proposal, other, "Saluran air."
    )
    referral_operations.decline_referral(factories.create_staff(other), referral, "Bukan saluran.")
    assert owner_id_of(proposal) == coordinator.id and referral.state_at(now()) == "declined"


def test_referral_to_external_system_is_logged_with_its_name(coordinator, proposal, log):
    officer = factories.create_staff(coordinator)
    referral_operations.refer_proposal(
        officer, proposal, None, "Laporan.", external_system="SP4N-LAPOR!", external_reference="77"
    )
    assert log()[-1].details == {"external_system": "SP4N-LAPOR"}
    assert owner_id_of(proposal) == coordinator.id


def test_case_state_follows_its_acts(coordinator, proposal):
    officer, colleague = factories.create_staff(coordinator), factories.create_staff(coordinator)
    assert list_open_cases(coordinator.id)[0].state == "waiting"
    case_operations.assign_case(officer, proposal, colleague)
    assert list_open_cases(coordinator.id)[0].state == "assigned"
    case_operations.take_case(colleague, proposal)
    (row,) = list_open_cases(coordinator.id, assignee_id=colleague.id)
    assert row.state == "in_work" and row.days_left == 20


def test_case_assignment_and_start_are_one_act_each(coordinator, proposal, log):
    officer, colleague = factories.create_staff(coordinator), factories.create_staff(coordinator)
    log()
    case_operations.assign_case(officer, proposal, colleague)
    case_operations.take_case(colleague, proposal)
    assert [entry.kind for entry in log()] == ["case.assigned", "case.started"]


def test_case_is_not_assigned_to_staff_of_another_institution(coordinator, other, proposal):
    with pytest.raises(Refused, match="does not work"):
        case_operations.assign_case(
            factories.create_staff(coordinator), proposal, factories.create_staff(other)
        )


def test_acknowledgement_is_recorded_once(coordinator, proposal, log):
    officer = factories.create_staff(coordinator)
    log()
    case_operations.acknowledge_proposal(officer, proposal)
    (entry,) = log()
    assert entry.kind == "proposal.acknowledged"
    with pytest.raises(Refused, match="already acknowledged"):
        case_operations.acknowledge_proposal(officer, proposal)


def test_pause_is_refused_a_second_time(clock, coordinator, proposal):
    officer = factories.create_staff(coordinator)
    case_operations.pause_clock(officer, proposal, "Halte mana?", days=2)
    with pytest.raises(Refused, match="no second pause"):
        case_operations.pause_clock(officer, proposal, "Dan kapan?", days=2)


def test_pause_is_refused_after_the_deadline(clock, coordinator, proposal):
    move_to_day(clock, 9, month=4)
    with pytest.raises(Refused, match="overdue"):
        case_operations.pause_clock(factories.create_staff(coordinator), proposal, "Halte mana?")


@pytest.mark.parametrize("days", [0, 11])
def test_pause_lasts_between_one_and_ten_working_days(coordinator, proposal, days):
    with pytest.raises(Refused, match="between 1 and 10"):
        case_operations.pause_clock(
            factories.create_staff(coordinator), proposal, "Halte mana?", days=days
        )


def test_pause_ends_on_its_last_day(clock, coordinator, proposal):
    case_operations.pause_clock(
        factories.create_staff(coordinator), proposal, "Halte mana?", days=2
    )
    case = db.session.query(Case).one()
    assert case.is_paused(now())
    move_to_day(clock, 4, hour=16)
    assert not case.is_paused(now())
    assert due_on(proposal) == "2026-04-09"


def test_clock_is_not_resumed_after_the_response(clock, coordinator, proposal):
    officer = factories.create_staff(coordinator)
    case_operations.pause_clock(officer, proposal, "Halte mana?", days=5)
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Dipasang", "Ya.")
    assert not db.session.query(Case).one().awaits_author(now())
    with pytest.raises(Refused, match="response to this proposal is published"):
        case_operations.resume_clock(proposal.author, proposal)


def test_case_note_is_restricted_to_institutions_concerned(coordinator, other, proposal, log):
    case_operations.add_case_note(
        factories.create_staff(coordinator), proposal, "Tanya bagian hukum."
    )
    assert log()[-1].kind == "case.noted"
    with pytest.raises(Refused, match="Another institution"):
        case_operations.add_case_note(factories.create_staff(other), proposal, "Boleh tahu?")


def test_question_is_listed_until_answered_or_settled(coordinator, proposal, log):
    asker = factories.create_resident()
    one, two = (
        comment_operations.post_comment(
            asker, proposal, text, stance=Stance.NEUTRAL, is_question=True
        )
        for text in ("Kapan?", "Berapa?")
    )
    assert [c.id for c in open_questions(coordinator.id)] == [one.id, two.id]
    comment_operations.post_comment(
        factories.create_staff(coordinator), proposal, "Tahun ini.", parent=one
    )
    case_operations.settle_question(asker, two)
    assert log()[-1].kind == "question.settled"
    assert not open_questions(coordinator.id)


def test_question_is_settled_by_its_author_only(proposal):
    question = comment_operations.post_comment(
        factories.create_resident(), proposal, "Kapan?", stance=Stance.NEUTRAL, is_question=True
    )
    with pytest.raises(Refused, match="author"):
        case_operations.settle_question(factories.create_resident(), question)


def test_case_is_due_soon_in_the_last_three_working_days_where_its_process_is(clock, other):
    processes = [
        factories.create_process(other, threshold=1, days=90, response_days=5, **columns)
        for columns in (
            {},
            {"days_off": {"2026-03-05": "Libur"}},
            {"timezone": "America/New_York", "calendar": "US"},
            {"timezone": "Pacific/Apia", "calendar": "WS"},
        )
    ]
    proposals = [factories.create_proposal(process) for process in processes]
    for proposal in proposals:
        support_proposal(factories.create_resident(), proposal)
    counts = set()
    for hours in range(0, 11 * 24, 5):
        clock.move_to(datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=hours))
        db.session.rollback()
        left = [working_days_left(row.process, row.due_at) for row in proposals]
        soon = sum(0 <= days <= 3 for days in left)
        assert get_desk_counts(other.id).due_soon == soon, (hours, left)
        counts.add(soon)
    assert counts >= {0, 1, 4}


def test_timeline_of_a_response_given_before_it_was_owed_counts_no_days(clock, coordinator):
    proposal = factories.create_proposal(factories.create_process(coordinator, threshold=1))
    officer = factories.create_staff(coordinator)
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
    clock.shift(timedelta(days=7))
    support_proposal(factories.create_resident(), proposal)
    assert proposal.qualified_at is not None
    (entry,) = [row for row in get_timeline(proposal) if row.title == "Responded"]
    assert "working day" not in entry.note


def test_proposal_without_institution_is_owed_by_the_coordinating_institution(coordinator, other):
    proposal = factories.create_proposal(factories.create_process(other))
    assert owner_id_of(proposal) == coordinator.id


def test_proposal_without_institution_is_owed_by_the_lead_where_nobody_coordinates(app):
    lead = factories.create_institution()
    proposal = factories.create_proposal(factories.create_process(lead))
    assert owner_id_of(proposal) == lead.id

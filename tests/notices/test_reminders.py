"""Reminders by date, and the publication of scheduled responses."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Notice
from deliberate.notifications.notice_texts import NoticeSubjects, notice_text
from deliberate.notifications.reminders import create_reminders
from deliberate.notifications.templates import event_of
from deliberate.operations.processes.processes import schedule_phase
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.operations.responses.response_drafts import save_response_draft, schedule_response
from deliberate.operations.responses.response_publishing import publish_scheduled_responses
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.responses.responses import list_response_cards
from deliberate.vocabulary import PhaseKind, ResponseDecision
from tests import factories
from tests.responses.draft_content import draft_content


@pytest.fixture
def institution(app, clock):
    return factories.create_institution("sarpras", is_coordinator=True)


@pytest.fixture
def proposal(institution):
    proposal = factories.create_proposal(
        factories.create_process(institution, threshold=1, days=90)
    )
    support_proposal(factories.create_resident(), proposal)
    return proposal


def reminder_kinds(*, weekly=False):
    """Create reminders; return the kinds of all notices that no act has written.

    Weekly summaries are counted alone.
    """
    create_reminders()
    db.session.rollback()
    kinds = db.session.scalars(select(Notice.kind).where(~Notice.key.like("0%")))
    return sorted(kind for kind in kinds if (kind == "desk.week") == weekly)


def test_reminder_is_not_created_before_its_date(clock, proposal):
    clock.shift(timedelta(days=1))
    assert reminder_kinds() == []


def test_reminder_of_near_and_missed_deadline_is_created_once(clock, proposal):
    clock.move_to(datetime(2026, 4, 2, 1, tzinfo=UTC))
    assert reminder_kinds() == reminder_kinds() == ["desk.soon"]
    clock.move_to(datetime(2026, 4, 8, 1, tzinfo=UTC))
    assert reminder_kinds() == reminder_kinds() == ["deadline.missed", "desk.overdue", "desk.soon"]


def test_reminder_of_near_deadline_comes_on_the_third_working_day_before_from_its_first_hour(
    clock, proposal
):
    third_day_before = datetime(2026, 3, 31, 16, tzinfo=UTC)  # the midnight before Wednesday there
    clock.move_to(third_day_before - timedelta(seconds=1))
    assert reminder_kinds() == []
    clock.move_to(third_day_before)
    assert reminder_kinds() == ["desk.soon"]


def test_reminder_of_lapsed_referral_goes_to_the_coordinator(clock, institution, proposal):
    refer_proposal(
        factories.create_staff(institution), proposal, factories.create_institution(), "Saluran."
    )
    clock.shift(timedelta(days=7, hours=20))
    assert "desk.bounced" in reminder_kinds()


def test_reminder_of_late_commitment_is_created_once(clock, institution, proposal):
    publish_response(
        factories.create_staff(institution),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[("Pagar", institution, date(2026, 3, 10))],
    )
    clock.move_to(datetime(2026, 3, 12, 1, tzinfo=UTC))
    assert reminder_kinds() == reminder_kinds() == ["commitment.late"]


def test_weekly_summary_is_created_once_a_week_on_any_day_on_which_it_is_missing(clock, proposal):
    sunday_ends = datetime(2026, 3, 8, 16, tzinfo=UTC)  # midnight in Nusantara
    clock.move_to(sunday_ends - timedelta(seconds=1))
    assert reminder_kinds(weekly=True) == reminder_kinds(weekly=True) == ["desk.week"]
    clock.move_to(sunday_ends)
    assert reminder_kinds(weekly=True) == ["desk.week"] * 2
    clock.move_to(datetime(2026, 3, 18, 1, tzinfo=UTC))  # a Wednesday, two jobs were missed
    assert reminder_kinds(weekly=True) == ["desk.week"] * 3


def test_scheduled_response_is_published_on_its_day_in_the_name_of_the_officer(
    clock, institution, proposal
):
    officer = factories.create_staff(institution)
    draft = save_response_draft(officer, proposal, draft_content())
    schedule_response(officer, draft, now() + timedelta(days=1))
    assert publish_scheduled_responses() == 0
    clock.shift(timedelta(days=1, minutes=1))
    assert publish_scheduled_responses() == 1
    (card,) = list_response_cards(proposal.id)
    assert card.response.responder_id == officer.id and publish_scheduled_responses() == 0


def test_scheduled_response_that_is_refused_is_unscheduled_with_a_notice(
    clock, institution, proposal
):
    officer = factories.create_staff(institution)
    draft = save_response_draft(officer, proposal, draft_content(decision="not_accepted"))
    schedule_response(officer, draft, now() + timedelta(days=1))
    clock.shift(timedelta(days=2))
    assert publish_scheduled_responses() == 0 and publish_scheduled_responses() == 0
    assert "desk.unpublished" in reminder_kinds() and not list_response_cards(proposal.id)


def test_notice_of_a_second_phase_of_a_kind_has_its_own_name_and_end(clock, proposal):
    process, begins = proposal.process, datetime(2027, 1, 3, 17, tzinfo=UTC)
    for names, days in ((("", ""), 5), (("Uji warga", "Trial"), 10)):
        ends = begins + timedelta(days=days)
        schedule_phase(None, process, PhaseKind.REVIEW, begins, ends, (), number=None, names=names)
        begins = ends
    clock.move_to(ends - timedelta(days=9))
    create_reminders()
    newest = select(Notice).where(Notice.kind == "phase.began").order_by(Notice.id)
    event = event_of(db.session.scalars(newest).all()[-1])
    with force_locale("en"):
        text = notice_text(NoticeSubjects(event, "en", process=process))
    assert text.subject == "A new phase: Trial" and "19 Jan 2027" in text.sentence

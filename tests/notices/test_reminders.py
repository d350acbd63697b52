"""What follows from a date alone is told once, and never by an act."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Notice
from deliberate.notifications.reminders import remind
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import referrals as referral_operations
from deliberate.operations.responses import response_drafts as response_draft_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.responses.response_publishing import publish_due
from deliberate.queries.responses.responses import responses_of
from deliberate.vocabulary import ResponseDecision
from tests import factories


@pytest.fixture
def office(app, clock):
    office = factories.an_institution("sarpras")
    with unrecorded("test settings") as session:
        office.is_coordinator = True
        session.add(office)
    return office


@pytest.fixture
def proposal(office):
    proposal = factories.a_proposal(factories.a_process(office, threshold=1, days=90))
    proposal_operations.support_proposal(factories.resident(), proposal)
    return proposal


def left():
    """The kinds of what was left to tell, apart from what acts left."""
    remind()
    db.session.rollback()
    kinds = db.session.scalars(select(Notice.kind).where(~Notice.act.like("0%")))
    return sorted(kinds)


def test_nothing_is_told_before_its_date(clock, proposal):
    clock.shift(timedelta(days=1))
    assert left() == []


def test_a_deadline_is_near_then_missed_and_each_is_told_once(clock, proposal):
    clock.move_to(datetime(2026, 4, 2, 1, tzinfo=UTC))
    assert left() == left() == ["desk.soon"]
    clock.move_to(datetime(2026, 4, 8, 1, tzinfo=UTC))
    assert left() == left() == ["deadline.missed", "desk.overdue", "desk.soon"]


def test_a_referral_nobody_took_is_told_to_the_coordinator(clock, office, proposal):
    referral_operations.refer_proposal(
        factories.staff(office), proposal, factories.an_institution(), "Saluran."
    )
    clock.shift(timedelta(days=7, hours=20))
    assert "desk.bounced" in left()


def test_a_promise_that_is_late_is_told(clock, office, proposal):
    response_operations.publish_response(
        factories.staff(office),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[("Pagar", office, date(2026, 3, 10))],
    )
    clock.move_to(datetime(2026, 3, 12, 1, tzinfo=UTC))
    assert left() == left() == ["commitment.late"]


def test_on_mondays_an_institution_gets_its_week(clock, proposal):
    clock.move_to(datetime(2026, 3, 9, 1, tzinfo=UTC))
    assert left() == left() == ["desk.week"]


def written(**more):
    return {
        "decision": "accepted",
        "headline": "Ya",
        "body": "Dibangun.",
        "grounds": [],
        "study_until": "",
        "outside_body": "",
        "note": "",
        "language": "id",
        "points": [],
        "commitments": [],
        "answers": {},
        **more,
    }


def test_a_dated_answer_is_published_on_its_day_in_its_officers_name(clock, office, proposal):
    officer = factories.staff(office)
    draft = response_draft_operations.save_response_draft(officer, proposal, written())
    response_draft_operations.schedule_response(officer, draft, now() + timedelta(days=1))
    assert publish_due() == 0
    clock.shift(timedelta(days=1, minutes=1))
    assert publish_due() == 1
    (card,) = responses_of(proposal.id)
    assert card.response.responder_id == officer.id and publish_due() == 0


def test_a_dated_answer_that_may_no_longer_go_out_comes_back(clock, office, proposal):
    officer = factories.staff(office)
    draft = response_draft_operations.save_response_draft(
        officer, proposal, written(decision="not_accepted")
    )
    response_draft_operations.schedule_response(officer, draft, now() + timedelta(days=1))
    clock.shift(timedelta(days=2))
    assert publish_due() == 0 and publish_due() == 0
    assert "desk.unpublished" in left() and not responses_of(proposal.id)

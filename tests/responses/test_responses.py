"""Publication of official responses."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import AnsweredComment, Notice
from deliberate.operations.processes.processes import close_process
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.cases import acknowledge_proposal, take_case
from deliberate.operations.responses.referrals import accept_referral, refer_proposal
from deliberate.operations.responses.responses import Point, ResponseConflict, publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.responses.responses import list_response_cards
from deliberate.vocabulary import ResponseDecision, ResponseGround, Role, Stance
from tests import factories

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def proposal(institution):
    return factories.create_proposal(factories.create_process(institution, threshold=1))


def publish(officer, proposal, decision=ResponseDecision.ACCEPTED, **more):
    return publish_response(
        officer, proposal, decision, "Diterima: bangku di 40 halte", "Dibangun tahun ini.", **more
    )


def test_owed_response_is_published_after_every_phase_and_the_close(clock, officer, proposal):
    support_proposal(factories.create_resident(), proposal)
    clock.shift(timedelta(days=90))
    assert take_case(officer, proposal) is None
    admin = factories.create_staff(role=Role.ADMIN)
    close_process(admin, proposal.process, "Selesai.", keeps_duty=True)
    acknowledge_proposal(officer, proposal)
    assert publish(officer, proposal).version == 1
    assert publish(officer, proposal).version == 2


def test_unsolicited_response_needs_a_phase_with_responses(clock, officer, proposal):
    clock.shift(timedelta(days=90))
    with pytest.raises(Refused, match="does not take responses"):
        publish(officer, proposal)


def test_response_is_one_act_with_its_figures(officer, proposal, log):
    comment = comment_operations.post_comment(
        factories.create_resident(), proposal, "Lansia.", stance=Stance.FOR
    )
    log()
    response = publish(
        officer, proposal, points=[Point("Bangku", "accepted", answers=(comment.id,))]
    )
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("response.published", response.id)
    assert entry.details["points"] == 1 and entry.details["answers"] == [comment.id]
    assert entry.details["decision"] == "accepted" and entry.institution_id is not None


def test_response_is_shown_on_its_proposal(officer, proposal):
    response = publish(officer, proposal)
    (card,) = list_response_cards(proposal.id)
    assert card.response.id == response.id and card.is_current
    assert proposal.answered_at == response.published_at


def test_response_published_later_is_a_new_version(officer, proposal):
    publish(officer, proposal)
    publish(officer, proposal, note="Jumlah halte diperbaiki")
    newest, oldest = list_response_cards(proposal.id)
    assert (newest.response.version, oldest.response.version) == (2, 1)
    assert oldest.response.headline == "Diterima: bangku di 40 halte" and not oldest.is_current


@pytest.mark.parametrize(
    "decision", [ResponseDecision.NOT_ACCEPTED, ResponseDecision.ACCEPTED_IN_PART]
)
def test_response_that_refuses_needs_a_ground(officer, proposal, decision, log):
    log()
    with pytest.raises(Refused, match="ground"):
        publish(officer, proposal, decision)
    assert log() == []


def test_response_that_refuses_needs_a_reason(officer, proposal):
    with pytest.raises(Refused, match="reason"):
        publish_response(
            officer,
            proposal,
            ResponseDecision.NOT_ACCEPTED,
            "Tidak",
            "",
            grounds=[ResponseGround.LAW],
        )


def test_response_point_not_accepted_needs_reason_and_ground(officer, proposal):
    with pytest.raises(Refused, match="point"):
        publish(officer, proposal, points=[Point("Rute 3", "not_accepted", reason="Saluran.")])


def test_response_takes_over_the_grounds_of_its_points(officer, proposal):
    point = Point("Rute 3", "not_accepted", reason="Saluran.", ground="law")
    assert publish(officer, proposal, ResponseDecision.NOT_ACCEPTED, points=[point]).grounds == [
        "law"
    ]


def test_response_with_commitment_in_the_past_is_refused(officer, institution, proposal):
    yesterday = (now() - timedelta(days=2)).date()
    with pytest.raises(Refused, match="future"):
        publish(officer, proposal, commitments=[("Pagar", institution, yesterday)])


def test_response_of_another_institution_is_refused(institution, proposal, officer):
    publish(officer, proposal)
    with pytest.raises(Refused, match="Another institution"):
        publish(factories.create_staff(), proposal)


def test_response_of_a_resident_is_refused(proposal):
    with pytest.raises(Refused, match="role"):
        publish(factories.create_resident(), proposal)


def test_response_answers_comments_of_its_own_thread_only(officer, proposal):
    elsewhere = comment_operations.post_comment(
        factories.create_resident(), factories.create_proposal(), "Lain.", stance=Stance.FOR
    )
    with pytest.raises(Refused, match="another thread"):
        publish(officer, proposal, answers=[elsewhere.id])


def test_response_needs_study_is_interim_with_one_second_date(officer, proposal):
    publish(officer, proposal, ResponseDecision.NEEDS_STUDY, study_until=date(2036, 1, 5))
    assert proposal.answered_at is None
    with pytest.raises(Refused, match="already has a second date"):
        publish(officer, proposal, ResponseDecision.NEEDS_STUDY, study_until=date(2036, 2, 5))


def test_notice_tells_interim_answer_response_and_new_version_apart(officer, proposal):
    publish(officer, proposal, ResponseDecision.NEEDS_STUDY, study_until=date(2036, 1, 5))
    publish(officer, proposal)
    publish(officer, proposal, note="Tanggal diperbaiki.")
    kinds = select(Notice.kind).where(Notice.kind.startswith("response.")).order_by(Notice.id)
    assert db.session.scalars(kinds).all() == [
        "response.interim",
        "response.published",
        "response.again",
    ]


def test_response_conflict_returns_the_newer_version(officer, institution, proposal):
    first = publish(officer, proposal, base_version=0)
    with pytest.raises(ResponseConflict) as conflict:
        publish(factories.create_staff(institution), proposal, base_version=0)
    assert conflict.value.response.id == first.id
    assert len(list_response_cards(proposal.id)) == 1


def test_response_stores_which_point_answers_which_comment(officer, proposal):
    first, second = (
        comment_operations.post_comment(
            factories.create_resident(), proposal, text, stance=Stance.AGAINST
        )
        for text in ("Mahal.", "Sempit.")
    )
    points = [Point("Biaya", "accepted", answers=(first.id,))]
    response = publish(officer, proposal, points=points, answers=[second.id])
    points_by_comment = {row.comment_id: row.point for row in db.session.query(AnsweredComment)}
    assert points_by_comment == {first.id: 1, second.id: 0} and response.points[0]["answers"] == [
        first.id
    ]


def test_response_is_due_once_support_reaches_the_threshold(clock, proposal):
    support_proposal(factories.create_resident(), proposal)
    assert proposal.due_at is not None and proposal.answered_at is None


def test_response_not_ours_must_name_the_responsible_body(officer, proposal):
    with pytest.raises(Refused, match="responsible body"):
        publish(officer, proposal, ResponseDecision.NOT_OURS)
    publish(officer, proposal, ResponseDecision.NOT_OURS, outside_body="Dinas Perhubungan Provinsi")
    assert proposal.answered_at is not None


def test_response_not_ours_after_accepted_referral_leaves_the_response_owed(officer, proposal):
    support_proposal(factories.create_resident(), proposal)
    other = factories.create_institution("lingkungan")
    referral = refer_proposal(officer, proposal, other, "Saluran air.")
    colleague = factories.create_staff(other)
    accept_referral(colleague, referral)
    publish(colleague, proposal, ResponseDecision.NOT_OURS)
    assert proposal.answered_at is None

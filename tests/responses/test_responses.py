"""Publishing an official response."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import ResponseAnswer
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import referrals as referral_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.responses.responses import AnsweredMeanwhile, Point
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.responses.responses import responses_of
from deliberate.vocabulary import Ground, ResponseDecision, Stance
from tests import factories


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def officer(office):
    return factories.staff(office)


@pytest.fixture
def proposal(office):
    return factories.a_proposal(factories.a_process(office, threshold=1))


def answer(officer, proposal, decision=ResponseDecision.ACCEPTED, **more):
    return response_operations.publish_response(
        officer, proposal, decision, "Diterima: bangku di 40 halte", "Dibangun tahun ini.", **more
    )


def test_a_response_leaves_one_row_with_its_shape(officer, proposal, log):
    comment = comment_operations.post_comment(
        factories.resident(), proposal, "Lansia.", stance=Stance.FOR
    )
    log()
    response = answer(
        officer, proposal, points=[Point("Bangku", "accepted", answers=(comment.id,))]
    )
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("response.published", response.id)
    assert entry.details["points"] == 1 and entry.details["answers"] == [comment.id]
    assert entry.details["decision"] == "accepted" and entry.institution_id is not None


def test_the_answer_stands_on_the_proposal(officer, proposal):
    response = answer(officer, proposal)
    (card,) = responses_of(proposal.id)
    assert card.response.id == response.id and card.is_current
    assert proposal.answered_at == response.published_at


def test_a_later_response_is_a_version_beside_the_old(officer, proposal):
    answer(officer, proposal)
    answer(officer, proposal, note="Jumlah halte diperbaiki")
    newest, oldest = responses_of(proposal.id)
    assert (newest.response.version, oldest.response.version) == (2, 1)
    assert oldest.response.headline == "Diterima: bangku di 40 halte" and not oldest.is_current


@pytest.mark.parametrize(
    "decision", [ResponseDecision.NOT_ACCEPTED, ResponseDecision.ACCEPTED_IN_PART]
)
def test_no_refusal_without_a_ground(officer, proposal, decision, log):
    log()
    with pytest.raises(Refused, match="ground"):
        answer(officer, proposal, decision)
    assert log() == []


def test_no_refusal_without_a_reason(officer, proposal):
    with pytest.raises(Refused, match="reason"):
        response_operations.publish_response(
            officer, proposal, ResponseDecision.NOT_ACCEPTED, "Tidak", "", grounds=[Ground.LAW]
        )


def test_no_point_is_refused_without_reason_and_ground(officer, proposal):
    with pytest.raises(Refused, match="point"):
        answer(officer, proposal, points=[Point("Rute 3", "not_accepted", reason="Saluran.")])


def test_a_points_ground_is_a_ground_of_the_answer(officer, proposal):
    point = Point("Rute 3", "not_accepted", reason="Saluran.", ground="law")
    assert answer(officer, proposal, ResponseDecision.NOT_ACCEPTED, points=[point]).grounds == [
        "law"
    ]


def test_no_commitment_lies_in_the_past(officer, office, proposal):
    yesterday = (now() - timedelta(days=2)).date()
    with pytest.raises(Refused, match="future"):
        answer(officer, proposal, commitments=[("Pagar", office, yesterday)])


def test_another_institution_does_not_answer(office, proposal, officer):
    answer(officer, proposal)
    with pytest.raises(Refused, match="Another institution"):
        answer(factories.staff(), proposal)


def test_a_resident_does_not_answer(proposal):
    with pytest.raises(Refused, match="role"):
        answer(factories.resident(), proposal)


def test_an_answer_names_only_comments_of_its_own_thread(officer, proposal):
    elsewhere = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), "Lain.", stance=Stance.FOR
    )
    with pytest.raises(Refused, match="another thread"):
        answer(officer, proposal, answers=[elsewhere.id])


def test_needs_study_is_an_interim_word_with_one_second_date(officer, proposal):
    answer(officer, proposal, ResponseDecision.NEEDS_STUDY, study_until=date(2036, 1, 5))
    assert proposal.answered_at is None
    with pytest.raises(Refused, match="second date already"):
        answer(officer, proposal, ResponseDecision.NEEDS_STUDY, study_until=date(2036, 2, 5))


def test_the_second_officer_is_shown_the_firsts_answer(officer, office, proposal):
    first = answer(officer, proposal, seen=0)
    with pytest.raises(AnsweredMeanwhile) as meanwhile:
        answer(factories.staff(office), proposal, seen=0)
    assert meanwhile.value.response.id == first.id
    assert len(responses_of(proposal.id)) == 1


def test_which_point_answers_which_comment_is_kept(officer, proposal):
    one, two = (
        comment_operations.post_comment(factories.resident(), proposal, text, stance=Stance.AGAINST)
        for text in ("Mahal.", "Sempit.")
    )
    points = [Point("Biaya", "accepted", answers=(one.id,))]
    response = answer(officer, proposal, points=points, answers=[two.id])
    kept = {row.comment_id: row.point for row in db.session.query(ResponseAnswer)}
    assert kept == {one.id: 1, two.id: 0} and response.points[0]["answers"] == [one.id]


def test_support_at_the_threshold_makes_an_answer_due(clock, proposal):
    proposal_operations.support_proposal(factories.resident(), proposal)
    assert proposal.due_at is not None and proposal.answered_at is None


def test_not_ours_names_whose_it_is(officer, proposal):
    with pytest.raises(Refused, match="whose matter"):
        answer(officer, proposal, ResponseDecision.NOT_OURS)
    answer(officer, proposal, ResponseDecision.NOT_OURS, outside_body="Dinas Perhubungan Provinsi")
    assert proposal.answered_at is not None


def test_not_ours_after_a_referral_that_was_taken_leaves_the_answer_owed(officer, proposal):
    proposal_operations.support_proposal(factories.resident(), proposal)
    other = factories.an_institution("lingkungan")
    referral = referral_operations.refer_proposal(officer, proposal, other, "Saluran air.")
    colleague = factories.staff(other)
    referral_operations.accept_referral(colleague, referral)
    answer(colleague, proposal, ResponseDecision.NOT_OURS)
    assert proposal.answered_at is None

"""From the queue to a published answer, as an officer walks it."""

import pytest
from sqlalchemy import select

from deliberate.database import db, unrecorded
from deliberate.models import ProcessInstitution, Response, ResponseDraft
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import send, signed_in, visitor

ANSWER = {
    "decision": "accepted_in_part",
    "headline": "Sebagian: 40 halte",
    "body": "Sisanya tahun depan.",
    "grounds": "budget",
    "language": "id",
    "points-0-text": "Bangku di halte",
    "points-0-verdict": "accepted",
    "commitments-0-what": "Bangku terpasang",
    "commitments-0-due": "2036-01-30",
    "step": "look",
}


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def proposal(office):
    proposal = factories.a_proposal(factories.a_process(office, threshold=1))
    proposal_operations.support_proposal(factories.resident(), proposal)
    return proposal


@pytest.fixture
def desk(app, office):
    return signed_in(app, factories.staff(office))


def test_the_desk_shows_what_the_institution_owes(desk, proposal):
    page = desk.get("/en/desk").text
    assert proposal.title in page and "working day" in page


def test_an_officer_walks_from_queue_to_published_answer(desk, app, office, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    comment = comment_operations.post_comment(
        factories.resident(), proposal, "Mahal?", stance=Stance.NEUTRAL
    )
    chosen = {f"answer_{comment.id}": "1", "commitments-0-who": str(office.id)}
    kept = send(desk, form, **ANSWER, **chosen)
    assert kept.status_code == 303, kept.text
    look = desk.get(f"{form}/check").text
    assert "Sebagian: 40 halte" in look and "It answers 1 argument" in look
    done = send(desk, f"{form}/check", f"{form}/publish", revision=1, seen=0)
    assert done.status_code == 303, done.text
    shown = visitor(app).get(f"/en/responses/{proposal.id}").text
    assert "Sebagian: 40 halte" in shown and "Bangku terpasang" in shown
    db.session.rollback()
    response = db.session.scalars(select(Response)).one()
    assert response.points[0]["answers"] == [comment.id]


def test_add_point_keeps_what_was_typed(desk, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    page = send(desk, form, **{**ANSWER, "step": "add_point"}).text
    assert "points-1-text" in page and "Sisanya tahun depan." in page


def test_a_refusal_without_ground_is_shown_with_the_text(desk, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    refusal = {**ANSWER, "decision": "not_accepted"}
    del refusal["grounds"]
    answer = send(desk, form, **refusal)
    assert answer.status_code == 422
    assert "A refusal needs a ground" in answer.text and "Sisanya tahun depan." in answer.text


def test_two_officers_at_once_lose_nothing(app, desk, office, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    second = signed_in(app, factories.staff(office))
    late = {**ANSWER, "headline": "Kata kedua", "step": "save", "revision": 0}
    send(desk, form, **{**ANSWER, "step": "save"})
    met = send(second, form, **late)
    assert met.status_code == 409
    assert "Kata kedua" in met.text and "Sebagian: 40 halte" in met.text


@pytest.mark.parametrize(
    "path", ["/en/responses", "/id/responses?list=given", "/id/responses?list=late"]
)
def test_everyone_may_read_the_lists(app, proposal, path):
    assert visitor(app).get(path).status_code == 200


def test_everyone_may_read_an_institutions_page(app, office, proposal):
    page = visitor(app).get("/en/institutions/sarpras")
    assert page.status_code == 200 and proposal.title in page.text


def test_another_institutions_desk_may_not_answer(app, proposal):
    answer = signed_in(app, factories.staff()).get(f"/en/desk/proposals/{proposal.id}/response")
    assert answer.status_code == 403


def test_an_institution_that_must_sign_reads_and_signs_the_draft(app, desk, office, proposal):
    signing = factories.an_institution("hukum")
    with unrecorded("test settings") as session:
        session.add(
            ProcessInstitution(
                process_id=proposal.process_id, institution_id=signing.id, part="must_sign"
            )
        )
    form, case = (f"/en/desk/proposals/{proposal.id}{tail}" for tail in ("/response", ""))
    send(desk, form, **ANSWER, **{"commitments-0-who": str(office.id)})
    refused = send(desk, f"{form}/check", f"{form}/publish", revision=1, seen=0)
    assert refused.status_code == 403
    send(desk, f"{form}/check", f"{form}/ask")
    theirs = signed_in(app, factories.staff(signing))
    assert "Sebagian: 40 halte" in theirs.get(case).text
    draft = db.session.scalars(select(ResponseDraft)).one()
    assert send(theirs, case, f"{form}/sign", draft=draft.id).status_code == 303
    done = send(desk, f"{form}/check", f"{form}/publish", revision=1, seen=0)
    assert done.status_code == 303, done.text

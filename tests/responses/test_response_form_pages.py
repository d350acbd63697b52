"""The response form, from the queue to the published response."""

import pytest
from sqlalchemy import select

from deliberate.database import db, unrecorded
from deliberate.models import Notice, ProcessInstitution, Response, ResponseDraft
from deliberate.operations.responses.response_drafts import sign_response
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import ResponseDecision, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

RESPONSE = {
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
def proposal(institution):
    return factories.create_qualified_proposal(institution)


@pytest.fixture
def desk(app, institution):
    return signed_in_client(app, factories.create_staff(institution))


def test_desk_shows_open_cases_of_the_institution(desk, proposal):
    page = desk.get("/en/desk").text
    assert proposal.title in page and "working day" in page


def test_preview_shows_the_response_as_it_will_be_published(desk, proposal, institution):
    form = f"/en/desk/proposals/{proposal.id}/response"
    text = {"body": "Dibangun **tahun ini**. <b>x</b>", "commitments-0-who": str(institution.id)}
    submit_form(desk, form, **RESPONSE | text)
    preview = desk.get(f"{form}/check").text
    assert "<strong>tahun ini</strong>" in preview and "**" not in preview
    assert "<b>x</b>" not in preview
    assert "30 Jan 2036</time>" in preview and "· 2036-01-30" not in preview


def test_response_form_leads_from_draft_to_publication(desk, app, institution, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    comment = comment_operations.post_comment(
        factories.create_resident(), proposal, "Mahal?", stance=Stance.NEUTRAL
    )
    chosen = {f"answer_{comment.id}": "1", "commitments-0-who": str(institution.id)}
    saved = submit_form(desk, form, **RESPONSE, **chosen)
    assert saved.status_code == 303, saved.text
    preview = desk.get(f"{form}/check").text
    assert "Sebagian: 40 halte" in preview and "It answers 1 argument" in preview
    published = submit_form(desk, f"{form}/check", f"{form}/publish", revision=1, base_version=0)
    assert published.status_code == 303, published.text
    page = anonymous_client(app).get(f"/en/responses/{proposal.id}").text
    assert "Sebagian: 40 halte" in page and "Bangku terpasang" in page
    db.session.rollback()
    response = db.session.scalars(select(Response)).one()
    assert response.points[0]["answers"] == [comment.id]


def test_response_form_adds_point_and_preserves_input(desk, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    page = submit_form(desk, form, **{**RESPONSE, "step": "add_point"}).text
    assert "points-1-text" in page and "Sisanya tahun depan." in page


def test_response_form_shows_error_and_preserves_input(desk, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    refusal = {**RESPONSE, "decision": "not_accepted"}
    del refusal["grounds"]
    page = submit_form(desk, form, **refusal)
    assert page.status_code == 422
    assert "A refusal needs a ground" in page.text and "Sisanya tahun depan." in page.text


def test_response_form_shows_both_texts_on_conflict(app, desk, institution, proposal):
    form = f"/en/desk/proposals/{proposal.id}/response"
    second = signed_in_client(app, factories.create_staff(institution))
    late = {**RESPONSE, "headline": "Kata kedua", "step": "save", "revision": 0}
    submit_form(desk, form, **{**RESPONSE, "step": "save"})
    conflict = submit_form(second, form, **late)
    assert conflict.status_code == 409
    assert "Kata kedua" in conflict.text and "Sebagian: 40 halte" in conflict.text


@pytest.mark.parametrize(
    "path", ["/en/responses", "/id/responses?list=given", "/id/responses?list=late"]
)
def test_responses_lists_are_public(app, proposal, path):
    assert anonymous_client(app).get(path).status_code == 200


def test_institution_page_is_public(app, institution, proposal):
    page = anonymous_client(app).get("/en/institutions/sarpras")
    assert page.status_code == 200 and proposal.title in page.text


def test_response_form_is_forbidden_for_another_institution(app, proposal):
    page = signed_in_client(app, factories.create_staff()).get(
        f"/en/desk/proposals/{proposal.id}/response"
    )
    assert page.status_code == 403


@pytest.fixture
def signatory(proposal):
    """Return an institution that must sign the responses of the process."""
    signatory = factories.create_institution("hukum")
    with unrecorded("test settings") as session:
        session.add(
            ProcessInstitution(
                process_id=proposal.process_id, institution_id=signatory.id, part="must_sign"
            )
        )
    return signatory


def test_draft_is_read_and_signed_by_required_signatory(
    app, desk, institution, proposal, signatory
):
    form, case = (f"/en/desk/proposals/{proposal.id}{tail}" for tail in ("/response", ""))
    submit_form(desk, form, **RESPONSE, **{"commitments-0-who": str(institution.id)})
    refused = submit_form(desk, f"{form}/check", f"{form}/publish", revision=1, base_version=0)
    assert refused.status_code == 409
    submit_form(desk, f"{form}/check", f"{form}/signatures")
    signatory_desk = signed_in_client(app, factories.create_staff(signatory))
    assert "Sebagian: 40 halte" in signatory_desk.get(case).text
    draft = db.session.scalars(select(ResponseDraft)).one()
    sign = f"{form}/sign?revision={draft.revision}"
    assert sign in signatory_desk.get(case).text
    assert submit_form(signatory_desk, case, sign, draft=draft.id).status_code == 303
    assert "Sebagian: 40 halte" not in signatory_desk.get("/en/desk").text
    published = submit_form(desk, f"{form}/check", f"{form}/publish", revision=1, base_version=0)
    assert published.status_code == 303, published.text


def test_publication_is_offered_after_the_last_signature_only(
    app, desk, institution, proposal, signatory
):
    form = f"/en/desk/proposals/{proposal.id}/response"
    submit_form(desk, form, **RESPONSE, **{"commitments-0-who": str(institution.id)})
    assert "Publish and notify" not in desk.get(f"{form}/check").text
    assert "Ask for the signature" in desk.get(f"{form}/check").text
    submit_form(desk, f"{form}/check", f"{form}/signatures")
    asked = desk.get(f"{form}/check").text
    assert "Ask for the signature" not in asked and "Publish and notify" not in asked
    officer = factories.create_staff(signatory)
    draft = db.session.scalars(select(ResponseDraft)).one()
    sign_response(officer, draft, draft.revision)
    assert "Publish and notify" in desk.get(f"{form}/check").text


def test_signature_is_asked_for_on_the_desk_and_by_a_notice(
    app, desk, institution, proposal, signatory
):
    form = f"/en/desk/proposals/{proposal.id}/response"
    submit_form(desk, form, **RESPONSE, **{"commitments-0-who": str(institution.id)})
    signatory_desk = signed_in_client(app, factories.create_staff(signatory))
    assert "Sebagian: 40 halte" not in signatory_desk.get("/en/desk").text
    submit_form(desk, f"{form}/check", f"{form}/signatures")
    assert "Sebagian: 40 halte" in signatory_desk.get("/en/desk").text
    db.session.rollback()
    notice = db.session.scalars(select(Notice).where(Notice.kind == "desk.sign")).one()
    assert notice.institution_id == signatory.id


def test_changed_draft_must_be_submitted_for_signature_again(
    app, desk, institution, proposal, signatory
):
    form, case = (f"/en/desk/proposals/{proposal.id}{tail}" for tail in ("/response", ""))
    fields = {**RESPONSE, "commitments-0-who": str(institution.id)}
    submit_form(desk, form, **fields)
    submit_form(desk, f"{form}/check", f"{form}/signatures")
    submit_form(desk, form, **{**fields, "headline": "Sebagian: 41 halte", "revision": "1"})
    assert "Ask for the signature" in desk.get(f"{form}/check").text
    signatory_desk = signed_in_client(app, factories.create_staff(signatory))
    assert "Sebagian: 41 halte" not in signatory_desk.get(case).text


@pytest.mark.parametrize(("role", "is_offered"), [(Role.RESIDENT, True), (Role.STAFF, False)])
@pytest.mark.parametrize("page", ["proposals", "responses"])
def test_judgement_of_a_response_is_offered_to_residents_only(
    app, institution, proposal, page, role, is_offered
):
    publish_response(
        factories.create_staff(institution), proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun."
    )
    reader = factories.create_resident() if is_offered else factories.create_staff(role=role)
    shown = signed_in_client(app, reader).get(f"/en/{page}/{proposal.id}", follow_redirects=True)
    assert shown.status_code == 200 and ("/judge" in shown.text) is is_offered

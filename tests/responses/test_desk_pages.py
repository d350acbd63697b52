"""Pages of the desk: access, cases, referrals, reports, templates and the response table."""

from datetime import date, timedelta

import pytest

from deliberate.database import db, unrecorded
from deliberate.models import Case, ProcessInstitution
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.responses.responses import latest_version
from deliberate.vocabulary import ModerationRule, ResponseDecision, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras", is_coordinator=True)


@pytest.fixture
def proposal(institution):
    return factories.create_qualified_proposal(institution)


@pytest.fixture
def desk(app, institution):
    return signed_in_client(app, factories.create_staff(institution))


PAGES = [
    "/desk",
    "/desk?state=overdue&topic=x&assignee=1",
    "/desk?all=1",
    "/desk?after=nonsense",
    "/desk/questions",
    "/desk/commitments",
    "/desk/templates",
    "/desk/answers",
    "/desk/matrix",
    "/desk/month",
    "/desk/month?month=2026-02&all=1",
    "/desk/month.csv",
    "/desk/cases.csv",
]


@pytest.mark.parametrize("page", PAGES)
def test_desk_pages_are_shown_to_staff_in_both_languages(desk, proposal, page):
    assert desk.get(f"/id{page}").status_code == 200
    assert desk.get(f"/en{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_desk_pages_are_forbidden_for_residents(app, proposal, page):
    assert signed_in_client(app, factories.create_resident()).get(f"/id{page}").status_code == 403


def test_matrix_is_forbidden_for_other_institutions(app, proposal):
    assert signed_in_client(app, factories.create_staff()).get("/id/desk/matrix").status_code == 403


def test_case_page_offers_and_shows_all_acts(app, desk, institution, proposal):
    page = f"/en/desk/proposals/{proposal.id}"
    assert "Take the case" in desk.get(page).text
    assert submit_form(desk, page, f"{page}/take").status_code == 303
    assert submit_form(desk, page, f"{page}/acknowledge").status_code == 303
    assert submit_form(desk, page, f"{page}/note", note="Tanya hukum.").status_code == 303
    colleague = factories.create_staff(institution)
    assert submit_form(desk, page, f"{page}/assign", colleague=colleague.id).status_code == 303
    assert (
        submit_form(desk, page, f"{page}/pause", question="Yang mana?", days="3").status_code == 303
    )
    text = desk.get(page).text
    assert "Tanya hukum." in text and "Yang mana?" in text and colleague.display_name in text
    assert submit_form(desk, page, f"{page}/resume").status_code == 303


def test_case_note_is_hidden_from_residents(app, institution, proposal):
    case_operations.add_case_note(factories.create_staff(institution), proposal, "Rahasia kantor.")
    for page in (f"/id/responses/{proposal.id}", f"/id/proposals/{proposal.id}"):
        shown = anonymous_client(app).get(page, follow_redirects=True)
        assert shown.status_code == 200 and "Rahasia kantor." not in shown.text


@pytest.mark.parametrize(
    ("act", "fields"),
    [("note", {"note": ""}), ("pause", {"question": ""}), ("refer", {"reason": ""})],
)
def test_case_page_shows_error_for_empty_form(desk, proposal, act, fields):
    page = f"/en/desk/proposals/{proposal.id}"
    response = submit_form(desk, page, f"{page}/{act}", **fields)
    assert response.status_code == 422 and "There is a problem" in response.text


def test_referral_is_sent_and_accepted_at_two_desks(app, desk, proposal):
    other = factories.create_institution("lingkungan")
    page = f"/en/desk/proposals/{proposal.id}"
    submit_form(desk, page, f"{page}/refer", institution=other.id, reason="Saluran air.")
    other_desk = signed_in_client(app, factories.create_staff(other))
    assert "Saluran air." in other_desk.get("/en/desk").text
    case = db.session.query(Case).one()
    accepted = submit_form(
        other_desk, "/en/desk", f"/en/desk/referrals/{case.pending_referral_id}/accept"
    )
    assert accepted.status_code == 303
    assert proposal.title in other_desk.get("/en/desk").text
    assert "Referred to" in anonymous_client(app).get(f"/en/responses/{proposal.id}").text


def test_author_resumes_the_deadline(app, institution, proposal):
    case_operations.pause_clock(factories.create_staff(institution), proposal, "Halte yang mana?")
    author = signed_in_client(app, proposal.author)
    page = f"/en/responses/{proposal.id}"
    assert "resume the deadline" in author.get(page).text
    assert "resume the deadline" not in anonymous_client(app).get(page).text
    assert submit_form(author, page, f"/en/desk/proposals/{proposal.id}/resume").status_code == 303


def test_question_is_settled_on_the_response_page(app, proposal):
    asker = factories.create_resident()
    question = comment_operations.post_comment(
        asker, proposal, "Kapan?", stance=Stance.NEUTRAL, is_question=True
    )
    browser, page = signed_in_client(app, asker), f"/en/responses/{proposal.id}"
    assert "It is answered" in browser.get(page).text
    submit_form(browser, page, f"/en/responses/questions/{question.id}/settle")
    assert "It is answered" not in browser.get(page).text


def test_selected_cases_are_assigned_together(desk, institution, proposal):
    colleague = factories.create_staff(institution)
    submit_form(desk, "/en/desk", "/en/desk/assign", case=proposal.id, colleague=colleague.id)
    assert colleague.display_name in desk.get(f"/en/desk?assignee={colleague.id}").text


def test_response_table_is_previewed_then_published(desk, proposal):
    rows = ("proposal,decision,headline,body", f"{proposal.id},accepted,Ya,Teks", "5555,x,,")
    table = "\n".join(rows)
    page = "/en/desk/answers"
    assert "There is a problem" not in desk.get(page).text
    preview = submit_form(desk, page, table=table, step="look")
    assert preview.status_code == 422 and "There is no such proposal." in preview.text
    assert not version_count(proposal)
    published = submit_form(desk, page, table=table, step="publish")
    assert "1 response is public." in published.text and version_count(proposal) == 1
    assert f"{proposal.id},accepted" not in published.text and "5555,x" in published.text
    again = submit_form(desk, page, table=table, step="publish")
    assert "This response is public already." in again.text and version_count(proposal) == 1
    assert submit_form(desk, page, table="nothing").status_code == 422


def version_count(proposal):
    db.session.rollback()
    return latest_version(proposal.id)


def test_cases_csv_escapes_formulas(desk, institution):
    process = factories.create_process(institution, threshold=0)
    proposal_operations.submit_proposal(
        factories.create_resident(), process, "=HYPERLINK(1)", "Isi usulan yang panjang."
    )
    assert ",'=HYPERLINK(1)," in desk.get("/id/desk/cases.csv").text


def test_commitment_step_is_published_by_form(desk, institution, proposal):
    response = response_operations.publish_response(
        factories.create_staff(institution),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Teks",
        commitments=[("Pagar", institution, date(2036, 1, 1))],
    )
    page = f"/en/desk/commitments/{response.commitments[0].id}"
    assert submit_form(desk, page, state="fulfilled", note="Selesai.").status_code == 303
    assert "Fulfilled" in desk.get(f"/en/responses/{proposal.id}").text
    shown = desk.get(page, follow_redirects=True)
    assert shown.request.path == f"/en/responses/{proposal.id}"
    assert "This commitment is already fulfilled or dropped." in shown.text


def test_response_template_is_saved_and_inserted(desk, proposal):
    submit_form(desk, "/en/desk/templates", name="Pembuka", body="Terima kasih atas usulan Anda.")
    form = desk.get(f"/en/desk/proposals/{proposal.id}/response?template=1").text
    assert "Terima kasih atas usulan Anda.</textarea>" in form


def test_desk_of_administrator_without_institution_is_shown(app, institution):
    admin = factories.create_staff(institution, Role.ADMIN)
    assert signed_in_client(app, admin).get("/en/desk").status_code == 200


@pytest.mark.parametrize("page", ["proposals", "responses"])
def test_question_to_the_author_is_on_the_page_with_the_act_that_resumes(app, institution, page):
    process = factories.create_process(institution, threshold=1, days=90)
    proposal = factories.create_proposal(process)
    support_proposal(factories.create_resident(), proposal)
    case_operations.pause_clock(factories.create_staff(institution), proposal, "Di halte mana?")
    path, resume = f"/en/{page}/{proposal.id}", f"/en/desk/proposals/{proposal.id}/resume"
    shown = signed_in_client(app, proposal.author).get(path, follow_redirects=True).text
    assert "The institution asks the author" in shown and resume in shown
    read = anonymous_client(app).get(path, follow_redirects=True).text
    assert "Di halte mana?" in read and resume not in read


def test_case_page_says_why_and_offers_nothing_that_would_be_refused(app, institution, clock):
    process = factories.create_process(institution, threshold=1)
    proposal, other = factories.create_proposal(process), factories.create_institution("lain")
    support_proposal(factories.create_resident(), proposal)
    officer = factories.create_staff(institution)
    client, page = signed_in_client(app, officer), f"/en/desk/proposals/{proposal.id}"
    shown = client.get(page).text
    assert all(offer in shown for offer in ("Take the case", "Refer publicly", "Ask and pause"))
    case_operations.take_case(officer, proposal)
    refer_proposal(officer, proposal, other, "Milik mereka.")
    case_operations.pause_clock(officer, proposal, "Yang mana?", days=1)
    shown = client.get(page).text
    assert "Refer publicly" not in shown and "waiting to be accepted" in shown
    assert "It will be possible from" in shown and "Resume the deadline" in shown
    clock.shift(timedelta(days=7))
    case_operations.take_case(officer, proposal)
    shown = signed_in_client(app, officer).get(page).text
    assert "Take the case" not in shown and "already work on this case" in shown
    assert "Resume the deadline" not in shown and "already paused once" in shown


@pytest.mark.parametrize("is_hidden", [False, True])
def test_desk_shows_the_title_of_a_proposal_that_is_not_hidden_only(
    app, desk, institution, proposal, is_hidden
):
    officer = factories.create_staff(institution)
    response_operations.publish_response(
        officer,
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Dibangun.",
        commitments=[("Pagar", institution, date(2036, 1, 30))],
    )
    if is_hidden:
        moderator = factories.create_staff(role=Role.MODERATOR)
        hide_contribution(moderator, proposal, ModerationRule.INSULT, "kasar")
    shown = [
        page for page in (*PAGES, "/responses") if proposal.title in desk.get(f"/en{page}").text
    ]
    assert bool(shown) != is_hidden, shown
    case = desk.get(f"/en/desk/proposals/{proposal.id}")
    assert (proposal.title in case.text) != is_hidden


def test_case_page_says_why_an_institution_or_nobody_can_act_on_it(app, institution):
    other = factories.create_institution("lain")
    process = factories.create_process(institution, threshold=5)
    proposal = factories.create_proposal(process)
    page = f"/en/desk/proposals/{proposal.id}"
    shown = signed_in_client(app, factories.create_staff(institution)).get(page).text
    assert "No response is owed on this proposal yet." in shown and "/assign" not in shown
    with unrecorded("test settings") as session:
        session.add(ProcessInstitution(process_id=process.id, institution_id=other.id))
        proposal.institution_id = institution.id
    shown = signed_in_client(app, factories.create_staff(other)).get(page).text
    assert "Another institution is responsible for this response." in shown


def test_overdue_case_says_that_its_deadline_cannot_be_paused(clock, app, institution, proposal):
    clock.shift(timedelta(days=60))
    desk = signed_in_client(app, factories.create_staff(institution))
    shown = desk.get(f"/en/desk/proposals/{proposal.id}").text
    assert "Ask and pause" not in shown and "can no longer be paused" in shown

"""The desk's pages: every one opens for its staff, none for others."""

import pytest

from deliberate.database import db, unrecorded
from deliberate.models import Case
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.links import address_token, token_of
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import cases as case_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.notices.messages import muted_topics
from deliberate.vocabulary import ResponseDecision, Role, Stance
from tests import factories
from tests.client import send, signed_in, visitor


@pytest.fixture
def office(app):
    office = factories.an_institution("sarpras")
    with unrecorded("test settings") as session:
        office.is_coordinator = True
        session.add(office)
    return office


@pytest.fixture
def proposal(office):
    proposal = factories.a_proposal(factories.a_process(office, threshold=1))
    proposal_operations.support_proposal(factories.resident(), proposal)
    return proposal


@pytest.fixture
def desk(app, office):
    return signed_in(app, factories.staff(office))


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
def test_every_page_opens_for_staff_in_both_languages(desk, proposal, page):
    assert desk.get(f"/id{page}").status_code == 200
    assert desk.get(f"/en{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_for_residents(app, proposal, page):
    assert signed_in(app, factories.resident()).get(f"/id{page}").status_code == 403


def test_the_matrix_is_the_coordinators(app, proposal):
    assert signed_in(app, factories.staff()).get("/id/desk/matrix").status_code == 403


def test_the_case_page_shows_everything_and_takes_every_act(app, desk, office, proposal):
    page = f"/en/desk/proposals/{proposal.id}"
    assert "Take the case" in desk.get(page).text
    assert send(desk, page, f"{page}/take").status_code == 303
    assert send(desk, page, f"{page}/acknowledge").status_code == 303
    assert send(desk, page, f"{page}/note", note="Tanya hukum.").status_code == 303
    colleague = factories.staff(office)
    assert send(desk, page, f"{page}/assign", colleague=colleague.id).status_code == 303
    assert send(desk, page, f"{page}/pause", question="Yang mana?", days="3").status_code == 303
    text = desk.get(page).text
    assert "Tanya hukum." in text and "Yang mana?" in text and colleague.display_name in text
    assert send(desk, page, f"{page}/resume").status_code == 303


def test_a_note_is_never_seen_by_residents(app, office, proposal):
    case_operations.add_note(factories.staff(office), proposal, "Rahasia kantor.")
    for page in (f"/id/responses/{proposal.id}", f"/id/proposals/{proposal.id}"):
        shown = visitor(app).get(page, follow_redirects=True)
        assert shown.status_code == 200 and "Rahasia kantor." not in shown.text


@pytest.mark.parametrize(
    ("act", "fields"),
    [("note", {"note": ""}), ("pause", {"question": ""}), ("refer", {"reason": ""})],
)
def test_an_empty_form_is_shown_again(desk, proposal, act, fields):
    page = f"/en/desk/proposals/{proposal.id}"
    answer = send(desk, page, f"{page}/{act}", **fields)
    assert answer.status_code == 422 and "There is a problem" in answer.text


def test_a_referral_is_handed_over_and_taken_at_two_desks(app, desk, proposal):
    other = factories.an_institution("lingkungan")
    page = f"/en/desk/proposals/{proposal.id}"
    send(desk, page, f"{page}/refer", to_office=other.id, reason="Saluran air.")
    theirs = signed_in(app, factories.staff(other))
    assert "Saluran air." in theirs.get("/en/desk").text
    case = db.session.query(Case).one()
    taken = send(theirs, "/en/desk", f"/en/desk/referrals/{case.referral_id}/accept")
    assert taken.status_code == 303
    assert proposal.title in theirs.get("/en/desk").text
    assert "Referred to" in visitor(app).get(f"/en/responses/{proposal.id}").text


def test_the_author_answers_and_lets_the_clock_run(app, office, proposal):
    case_operations.pause_clock(factories.staff(office), proposal, "Halte yang mana?")
    author = signed_in(app, proposal.author)
    page = f"/en/responses/{proposal.id}"
    assert "let the clock run again" in author.get(page).text
    assert "let the clock run again" not in visitor(app).get(page).text
    assert send(author, page, f"/en/desk/proposals/{proposal.id}/resume").status_code == 303


def test_a_question_is_settled_by_its_author(app, proposal):
    asker = factories.resident()
    question = comment_operations.post_comment(
        asker, proposal, "Kapan?", stance=Stance.NEUTRAL, is_question=True
    )
    browser, page = signed_in(app, asker), f"/en/responses/{proposal.id}"
    assert "It is answered" in browser.get(page).text
    send(browser, page, f"/en/responses/questions/{question.id}/settle")
    assert "It is answered" not in browser.get(page).text


def test_many_cases_are_given_at_once(desk, office, proposal):
    colleague = factories.staff(office)
    send(desk, "/en/desk", "/en/desk/assign", case=proposal.id, colleague=colleague.id)
    assert colleague.display_name in desk.get(f"/en/desk?assignee={colleague.id}").text


def test_a_table_is_looked_at_then_published(desk, proposal):
    rows = ("proposal,decision,headline,body", f"{proposal.id},accepted,Ya,Teks", "5555,x,,")
    written = "\n".join(rows)
    page = "/en/desk/answers"
    look = send(desk, page, table=written, step="look")
    assert look.status_code == 422 and "There is no such proposal." in look.text
    assert not responses_given(proposal)
    done = send(desk, page, table=written, step="publish")
    assert "1 response is public." in done.text and responses_given(proposal) == 1
    assert send(desk, page, table="nothing").status_code == 422


def responses_given(proposal):
    from deliberate.queries.responses.responses import response_count

    db.session.rollback()
    return response_count(proposal.id)


def test_a_cell_is_no_formula(desk, office):
    process = factories.a_process(office, threshold=0)
    proposal_operations.submit_proposal(
        factories.resident(), process, "=HYPERLINK(1)", "Isi usulan yang panjang."
    )
    assert ",'=HYPERLINK(1)," in desk.get("/id/desk/cases.csv").text


def test_a_promise_moves_on_by_a_form(desk, office, proposal):
    from datetime import date

    response = response_operations.publish_response(
        factories.staff(office),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya",
        "Teks",
        commitments=[("Pagar", office, date(2036, 1, 1))],
    )
    page = f"/en/desk/commitments/{response.commitments[0].id}"
    assert send(desk, page, state="fulfilled", note="Selesai.").status_code == 303
    assert "Fulfilled" in desk.get(f"/en/responses/{proposal.id}").text


def test_a_template_is_kept_and_put_in(desk, proposal):
    send(desk, "/en/desk/templates", name="Pembuka", body="Terima kasih atas usulan Anda.")
    form = desk.get(f"/en/desk/proposals/{proposal.id}/response?template=1").text
    assert "Terima kasih atas usulan Anda.</textarea>" in form


def test_messages_stand_in_the_account_and_are_marked_read(app, office, proposal):
    response_operations.publish_response(
        factories.staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Teks"
    )
    fan_out()
    browser = signed_in(app, proposal.author)
    page = browser.get("/en/account/messages").text
    assert "The authority answered" in page and "Mark all as read" in page
    send(browser, "/en/account/messages", "/en/account/messages/read", up_to=10**6)
    assert "Mark all as read" not in browser.get("/en/account/messages").text


def test_one_click_ends_a_kind_of_mail_without_signing_in(app, proposal):
    person = proposal.author
    way_out = f"/unsubscribe/{token_of(person.id, 'response')}"
    assert visitor(app).get(way_out).status_code == 200 and muted_topics(person) == set()
    answer = visitor(app).post(way_out, data={"List-Unsubscribe": "One-Click"})
    db.session.rollback()
    assert answer.status_code == 200 and muted_topics(person) == {"response"}


@pytest.mark.parametrize("path", ["/unsubscribe/forged", "/en/account/messages/confirm/forged"])
def test_a_forged_link_leads_nowhere(app, path):
    assert visitor(app).get(path).status_code == 404


def test_an_address_is_confirmed_by_its_link(app):
    person = factories.resident()
    with unrecorded("test settings") as session:
        person.email = "a@example.org"
        session.add(person)
    page = f"/en/account/messages/confirm/{address_token(person)}"
    assert visitor(app).get(page).status_code == 200
    assert "is confirmed" in visitor(app).post(page).text


def test_the_mails_page_is_the_demos_alone(app):
    assert visitor(app).get("/demo/mails").status_code == 404


def test_an_administrator_without_institution_is_told_so(app, office):
    admin = factories.staff(office, Role.ADMIN)
    assert signed_in(app, admin).get("/en/desk").status_code == 200

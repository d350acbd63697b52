"""Test the sanction pages of moderators and of the sanctioned person."""

import pytest

from deliberate.operations.moderation import sanctions as sanction_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.moderation.sanctions import get_active_sanction
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import signed_in_client, submit_form

NOTE = "Tiga iklan dalam satu jam."
MINE = "/en/account/limit"


@pytest.fixture
def person(app, clock):
    return factories.create_resident("Dwi")


@pytest.fixture
def moderator(app, clock):
    return factories.create_staff(role=Role.MODERATOR)


@pytest.fixture
def sanction(person, moderator):
    return sanction_operations.impose_sanction(moderator, person, ModerationRule.SPAM, 7, NOTE)


def test_sanction_page_is_linked_from_the_review_page(app, person, moderator):
    comment = comment_operations.post_comment(
        person, factories.create_proposal(), "Beli!", stance=Stance.FOR
    )
    client, page = signed_in_client(app, moderator), f"/en/desk/moderation/people/{person.id}"
    assert page in client.get(f"/en/desk/moderation/comment/{comment.id}").text
    wrong = submit_form(client, page, rule="spam", days="7", note="")
    assert wrong.status_code == 422 and "Fill in: " in wrong.text
    assert submit_form(client, page, rule="spam", days="7", note=NOTE).status_code == 303
    factories.reload(person)
    assert get_active_sanction(person) is not None
    assert NOTE in client.get(page).text


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF, Role.EVALUATOR, Role.RESEARCHER])
def test_sanction_page_is_for_moderators(app, person, role):
    client = signed_in_client(app, factories.create_staff(role=role))
    page = f"/en/desk/moderation/people/{person.id}"
    assert client.get(page).status_code == 403
    assert (
        submit_form(client, "/en/account", page, rule="spam", days="7", note=NOTE).status_code
        == 403
    )


def test_own_sanction_page_shows_the_reason_and_takes_an_appeal(app, person, sanction):
    client = signed_in_client(app, person)
    shown = client.get(MINE).text
    assert NOTE in shown and "9 Mar 2026" in shown and "Spam" in shown
    assert MINE in client.get("/en/account").text
    assert submit_form(client, MINE, reason="Itu bukan iklan.").status_code == 303
    assert "Your appeal waits" in client.get(MINE).text
    assert client.get("/en/account/data.json").status_code == 200


def test_sanctioned_person_gets_a_submitted_text_back_with_the_reason(app, person, sanction):
    proposal = factories.create_proposal()
    body = "Sebuah alasan yang panjang dan baik."
    to = f"/en/proposals/{proposal.id}/arguments"
    answer = submit_form(signed_in_client(app, person), "/en/account", to, body=body, stance="for")
    assert answer.status_code == 409
    assert body in answer.text and "limited" in answer.text


def test_limited_account_is_told_until_when_instead_of_being_offered_forms(app, person, moderator):
    comment = comment_operations.post_comment(
        factories.create_resident(), factories.create_proposal(), "Setuju.", stance=Stance.FOR
    )
    client = signed_in_client(app, person)
    pages = [f"/en/proposals/{comment.proposal_id}", f"/en/comments/{comment.id}/reply"]
    first, reply = (client.get(page, follow_redirects=True) for page in pages)
    assert 'name="body"' in first.text and 'name="body"' in reply.text
    sanction_operations.impose_sanction(moderator, person, ModerationRule.SPAM, 7, NOTE)
    for page in pages:
        shown = client.get(page, follow_redirects=True).text
        assert "Your account is limited until 9 March 2026" in shown
        assert 'name="body"' not in shown and "/rating" not in shown and "/support" not in shown


def test_sanction_page_lets_another_moderator_decide_the_appeal(app, person, moderator, sanction):
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    second = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    page = f"/en/desk/moderation/people/{person.id}"
    assert page in second.get("/en/desk/moderation").text
    first = signed_in_client(app, moderator)
    assert "A different moderator from the one who imposed" in first.get(page).text
    to = f"/en/desk/moderation/limits/{sanction.id}/review"
    assert submit_form(first, page, to, outcome="granted", reason="Ya.").status_code == 403
    assert submit_form(second, page, to, outcome="", reason="Ya.").status_code == 422
    assert submit_form(second, page, to, outcome="granted", reason="Ya.").status_code == 303
    factories.reload(person)
    assert get_active_sanction(person) is None


def test_own_sanction_page_without_a_sanction_says_so(app, person):
    client = signed_in_client(app, person)
    assert "Nothing limits your account" in client.get(MINE).text
    assert submit_form(client, MINE, reason="Bebaskan saya.").status_code == 404

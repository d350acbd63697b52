"""Limits on accounts over HTTP: the moderators' page, the owner's page."""

import pytest

from deliberate.operations.moderation import sanctions as sanction_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.moderation.sanctions import sanction_on
from deliberate.vocabulary import Role, Rule, Stance
from tests import factories
from tests.client import send, signed_in

NOTE = "Tiga iklan dalam satu jam."
MINE = "/en/account/limit"


@pytest.fixture
def person(app, clock):
    return factories.resident("Dwi")


@pytest.fixture
def moderator(app, clock):
    return factories.staff(role=Role.MODERATOR)


@pytest.fixture
def sanction(person, moderator):
    return sanction_operations.impose_sanction(moderator, person, Rule.SPAM, 7, NOTE)


def test_a_moderator_gets_there_from_the_text_and_limits_the_account(app, person, moderator):
    comment = comment_operations.post_comment(
        person, factories.a_proposal(), "Beli!", stance=Stance.FOR
    )
    client, page = signed_in(app, moderator), f"/en/desk/moderation/people/{person.id}"
    assert page in client.get(f"/en/desk/moderation/comment/{comment.id}").text
    wrong = send(client, page, rule="spam", days="7", note="")
    assert wrong.status_code == 422 and "Please fill this in" in wrong.text
    assert send(client, page, rule="spam", days="7", note=NOTE).status_code == 303
    factories.again(person)
    assert sanction_on(person) is not None
    assert NOTE in client.get(page).text


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF, Role.EVALUATOR, Role.RESEARCHER])
def test_the_page_is_for_moderators(app, person, role):
    client = signed_in(app, factories.staff(role=role))
    page = f"/en/desk/moderation/people/{person.id}"
    assert client.get(page).status_code == 403
    assert send(client, "/en/account", page, rule="spam", days="7", note=NOTE).status_code == 403


def test_its_owner_reads_why_and_until_when_and_appeals(app, person, sanction):
    client = signed_in(app, person)
    shown = client.get(MINE).text
    assert NOTE in shown and "9 Mar 2026" in shown and "Spam" in shown
    assert MINE in client.get("/en/account").text
    assert send(client, MINE, words="Itu bukan iklan.").status_code == 303
    assert "Your appeal waits" in client.get(MINE).text
    assert client.get("/en/account/data.json").status_code == 200


def test_what_was_written_meanwhile_is_handed_back_with_the_reason(app, person, sanction):
    proposal = factories.a_proposal()
    body = "Sebuah alasan yang panjang dan baik."
    to = f"/en/proposals/{proposal.id}/arguments"
    answer = send(signed_in(app, person), "/en/account", to, body=body, stance="for")
    assert answer.status_code == 403
    assert body in answer.text and "limited" in answer.text


def test_another_moderator_decides_the_appeal(app, person, moderator, sanction):
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    second = signed_in(app, factories.staff(role=Role.MODERATOR))
    page = f"/en/desk/moderation/people/{person.id}"
    assert page in second.get("/en/desk/moderation").text
    first = signed_in(app, moderator)
    assert "Somebody else than who imposed it" in first.get(page).text
    to = f"/en/desk/moderation/limits/{sanction.id}/review"
    assert send(first, page, to, outcome="granted", reason="Ya.").status_code == 403
    assert send(second, page, to, outcome="", reason="Ya.").status_code == 422
    assert send(second, page, to, outcome="granted", reason="Ya.").status_code == 303
    factories.again(person)
    assert sanction_on(person) is None


def test_without_a_limit_the_page_says_so(app, person):
    client = signed_in(app, person)
    assert "Nothing limits your account" in client.get(MINE).text
    assert send(client, MINE, words="Bebaskan saya.").status_code == 404

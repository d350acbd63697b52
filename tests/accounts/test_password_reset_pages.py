"""Coming back by mail over HTTP: the same words for everybody, the link works once."""

import re
from dataclasses import replace

import pytest

from deliberate.notifications import links
from deliberate.operations.accounts import email_addresses as email_addresse_operations
from deliberate.operations.accounts.password_reset import send_pending_resets
from tests import factories
from tests.client import send, signed_in, visitor
from tests.factories import PASSPHRASE

PAGE = "/en/recover/mail"
NEW = "tujuh perahu biru di teluk"


@pytest.fixture(autouse=True)
def mails(app):
    """An installation with a mail server."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, mail_url="smtp://127.0.0.1:1")
    yield
    app.config["SETTINGS"] = kept


@pytest.fixture
def person(app, clock):
    person = factories.resident()
    email_addresse_operations.change_email(person, "dwi@example.org")
    email_addresse_operations.confirm_address(person.id, "dwi@example.org")
    return person


def main_of(answer) -> str:
    return re.search(r"<main.*</main>", answer.text, re.S).group()


def test_the_answer_is_the_same_for_every_name(app, person):
    said = {
        main_of(visitor(app).post(PAGE, data={"who": words}))
        for words in (
            "nobody",
            "dwi@example.org",
            person.sign_in_name,
            factories.resident().sign_in_name,
        )
    }
    assert len(said) == 1
    assert "If this belongs to an account" in said.pop()
    assert send_pending_resets() == 1


def test_too_many_wishes_say_when_one_may_go_on(app, clock):
    client = visitor(app)
    answers = [client.post(PAGE, data={"who": "nobody"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "It goes on at" in answers[-1].text
    assert 'value="nobody"' in answers[-1].text


def test_without_a_mail_server_the_page_says_so(app, clock):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_url="")
    shown = visitor(app).get(PAGE).text
    assert "sends no mail" in shown
    assert 'name="who"' not in shown


def test_the_link_shows_a_form_and_works_once(app, person):
    page = f"{PAGE}/{links.recovery_token(person)}"
    client = visitor(app)
    assert client.get(page).status_code == client.get(page).status_code == 200
    weak = client.post(page, data={"new_passphrase": "pendek"})
    assert weak.status_code == 422 and "at least 15" in weak.text
    assert client.post(page, data={"new_passphrase": NEW}).location == "/en/sign-in"
    assert client.post(page, data={"new_passphrase": PASSPHRASE}).location == PAGE
    assert client.get(page).location == PAGE
    answer = client.post(
        "/en/sign-in", data={"sign_in_name": person.sign_in_name, "passphrase": NEW}
    )
    assert answer.status_code == 303


def test_another_address_waits_for_both_mailboxes(app, person):
    client = signed_in(app, person)
    answer = send(client, "/en/account", "/en/account/email", email="baru@example.org")
    assert answer.status_code == 303
    shown = client.get("/en/account").text
    assert "baru@example.org waits until both mailboxes have agreed" in shown
    stranger = visitor(app)
    for token in (
        f"leave/{links.leaving_token(person, 'baru@example.org')}",
        f"confirm/{links.address_token(person, 'baru@example.org')}",
    ):
        assert stranger.get(f"/en/account/messages/{token}").status_code == 200
        assert stranger.post(f"/en/account/messages/{token}").status_code == 200
    factories.again(person)
    assert person.email == "baru@example.org"


def test_a_forged_leaving_link_leads_nowhere(app):
    assert visitor(app).get("/en/account/messages/leave/forged").status_code == 404

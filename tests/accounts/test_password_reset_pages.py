"""Pages of the password reset."""

import re
from dataclasses import replace

import pytest

from deliberate.notifications import links
from deliberate.operations.accounts.email_addresses import change_email, confirm_email
from deliberate.operations.accounts.password_reset import send_pending_resets
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.factories import PASSPHRASE

PAGE = "/en/recover/mail"
NEW_PASSPHRASE = "tujuh perahu biru di teluk"


@pytest.fixture(autouse=True)
def mails(app):
    """Configure a mail server."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, mail_url="smtp://127.0.0.1:1")
    yield
    app.config["SETTINGS"] = kept


@pytest.fixture
def person(app, clock):
    person = factories.create_resident()
    change_email(person, "dwi@example.org")
    confirm_email(person.id, "dwi@example.org")
    return person


def main_of(answer) -> str:
    return re.search(r"<main.*</main>", answer.text, re.S).group()


def test_reset_page_is_the_same_for_every_name(app, person):
    pages = {
        main_of(anonymous_client(app).post(PAGE, data={"identifier": identifier}))
        for identifier in (
            "nobody",
            "dwi@example.org",
            person.sign_in_name,
            factories.create_resident().sign_in_name,
        )
    }
    assert len(pages) == 1
    assert "If this belongs to an account" in pages.pop()
    assert send_pending_resets() == 1


def test_reset_page_shows_retry_time(app, clock):
    client = anonymous_client(app)
    answers = [client.post(PAGE, data={"identifier": "nobody"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Try again at" in answers[-1].text
    assert 'value="nobody"' in answers[-1].text


def test_reset_page_explains_missing_mail_server(app, clock):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_url="")
    shown = anonymous_client(app).get(PAGE).text
    assert "sends no mail" in shown
    assert 'name="identifier"' not in shown


def test_reset_link_page_works_once(app, person):
    page = f"{PAGE}/{links.recovery_token(person)}"
    client = anonymous_client(app)
    assert client.get(page).status_code == client.get(page).status_code == 200
    weak = client.post(page, data={"new_passphrase": "pendek"})
    assert weak.status_code == 422 and "at least 15" in weak.text
    assert client.post(page, data={"new_passphrase": NEW_PASSPHRASE}).location == "/en/sign-in"
    assert client.post(page, data={"new_passphrase": PASSPHRASE}).location == PAGE
    assert client.get(page).location == PAGE
    answer = client.post(
        "/en/sign-in", data={"sign_in_name": person.sign_in_name, "passphrase": NEW_PASSPHRASE}
    )
    assert answer.status_code == 303


def test_account_page_shows_pending_email_change(app, person):
    client = signed_in_client(app, person)
    answer = submit_form(client, "/en/account", "/en/account/email", email="baru@example.org")
    assert answer.status_code == 303
    shown = client.get("/en/account").text
    assert "baru@example.org applies once both mailboxes have confirmed" in shown
    stranger = anonymous_client(app)
    for token in (
        f"leave/{links.address_change_token(person, 'baru@example.org')}",
        f"confirm/{links.address_token(person, 'baru@example.org')}",
    ):
        assert stranger.get(f"/en/account/messages/{token}").status_code == 200
        assert stranger.post(f"/en/account/messages/{token}").status_code == 200
    factories.reload(person)
    assert person.email == "baru@example.org"


def test_forged_email_change_link_is_not_found(app):
    assert anonymous_client(app).get("/en/account/messages/leave/forged").status_code == 404

"""The pages of webhooks, and the command."""

import re

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Webhook, WebhookTry
from deliberate.notifications.webhooks import send_webhooks
from deliberate.operations.notices.webhooks import add_webhook
from deliberate.vocabulary import Role
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.notices.webhooks.test_webhooks import URL, act, names, receiver

__all__ = ["names", "receiver"]
INDEX = "/en/desk/webhooks"


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def client(app, admin):
    return signed_in_client(app, admin)


def test_secret_is_shown_once_and_never_stored_by_the_browser(client, names):
    answer = submit_form(
        client, INDEX, url=URL, kinds="comment.posted", process_slug="", institution_slug=""
    )
    secret = re.search(r"whsec_[\w+/=]+", answer.text)
    assert secret and "no-store" in answer.headers["Cache-Control"]
    db.session.rollback()
    webhook = db.session.scalars(select(Webhook)).one()
    assert webhook.kinds == ["comment.posted"]
    for path in (INDEX, f"{INDEX}/{webhook.id}"):
        page = client.get(path).text
        assert "receiver.example.org" in page
        assert secret[0] not in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "https://10.0.0.1/"}, "address of the internet"),
        ({"url": ""}, "Enter the address"),
        ({"url": "https://nowhere.example.org"}, "is not known"),
        ({"kinds": "ballot.cast"}, "no public kind of act ballot.cast"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_lost(
    client, names, fields, message
):
    values = {
        "url": URL,
        "kinds": "comment.posted",
        "process_slug": "",
        "institution_slug": "",
        **fields,
    }
    answer = submit_form(client, INDEX, **values)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{values["kinds"]}"' in answer.text
    assert db.session.scalars(select(Webhook)).all() == []


def test_log_of_a_webhook_offers_to_send_an_act_once_more(app, clock, receiver, admin):
    webhook, _secret = add_webhook(admin, URL)
    act(app, clock, 1)
    send_webhooks()
    client = signed_in_client(app, admin)
    page = f"{INDEX}/{webhook.id}"
    assert "received" in client.get(page).text
    done = submit_form(client, page, f"{page}/resend", position=receiver.positions[0])
    assert done.status_code == 303
    assert "waits to be sent once more" in client.get(page).text
    assert submit_form(client, page, f"{page}/resend").status_code == 404


def test_paused_webhook_is_sent_to_again_and_removed(app, clock, receiver, admin):
    webhook, _secret = add_webhook(admin, URL)
    act(app, clock, 1)
    receiver.status = 500
    for _ in range(13):
        send_webhooks()
        clock.shift(28800)
    client = signed_in_client(app, admin)
    page = f"{INDEX}/{webhook.id}"
    assert "Paused" in client.get(page).text
    assert submit_form(client, page, f"{page}/resume").status_code == 303
    assert "Paused" not in client.get(page).text
    assert "whsec_" in submit_form(client, page, f"{page}/secret").text
    assert submit_form(client, page, f"{page}/remove").status_code == 303
    assert client.get(page).status_code == 404
    db.session.rollback()
    assert db.session.scalars(select(WebhookTry)).all() == []


def test_command_adds_lists_rotates_and_removes(app, names, admin):
    def run(*arguments: str):
        return app.test_cli_runner().invoke(args=["webhook", *arguments])

    by = ("--by", admin.sign_in_name)
    added = run("add", URL, "--kind", "comment.posted", *by)
    assert added.exit_code == 0, added.output
    number = added.output.split()[0]
    assert f"{number}  active" in run("list").output
    assert run("rotate", number, *by).output.startswith("whsec_")
    assert run("resume", number, *by).exit_code == 2
    assert run("remove", number, *by).exit_code == 0
    assert run("list").output == ""
    assert run("remove", number, *by).exit_code == 2
    assert run("add", "https://10.0.0.1/", *by).exit_code == 2
    assert run("add", URL, "--by", "nobody").exit_code == 2
    staff = factories.create_staff()
    assert run("rotate", number, "--by", staff.sign_in_name).exit_code == 2

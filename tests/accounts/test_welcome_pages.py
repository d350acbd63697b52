"""The first pages of a new account: recovery codes shown once, and what to do now."""

import re

import pytest

from deliberate.operations.accounts.recovery_codes import recover_account
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, submit_form

CODES, KEPT = "/en/welcome/codes", "/en/welcome/codes/kept"


def join(app, **fields):
    client = anonymous_client(app)
    data = {
        "sign_in_name": "rini",
        "display_name": "Bu Rini",
        "passphrase": factories.PASSPHRASE,
        "terms": "y",
    }
    return client, client.post("/en/join", data={**data, **fields})


def test_joining_without_mail_shows_codes_once_and_then_the_welcome_page(app, clock):
    factories.create_poll(factories.create_process())
    client, joined = join(app)
    assert joined.location.startswith(CODES)
    shown = submit_form(client, joined.location, CODES)
    codes = re.findall(r"<code>([a-z2-9-]{19})</code>", shown.text)
    assert (len(set(codes)), shown.headers["Cache-Control"]) == (8, "private, no-store")
    assert submit_form(client, "/en/account", CODES).location == "/en/account/devices"
    assert client.get(CODES).location == "/en/welcome"
    assert submit_form(client, "/en/account", KEPT).status_code == 422
    assert submit_form(client, "/en/account", KEPT, kept="y").location == "/en/welcome"
    page = client.get("/en/welcome").text
    links = re.findall(r'<li>\s*<a href="([^"]+)"', page.partition('id="now"')[2])
    assert len(links) == 3 and links[0] == "/en/polls/1"
    assert all(client.get(link).status_code == 200 for link in links)
    recover_account("rini", codes[0], "air tenang menghanyutkan kota")


def test_joining_with_mail_goes_to_the_welcome_page_or_where_the_person_was(app, clock):
    _, joined = join(app, email="rini@example.org")
    assert joined.location == "/en/welcome"
    fields = {"sign_in_name": "dewi", "display_name": "Dewi", "email": "dewi@example.org"}
    _, joined = join(app, **fields, held_path="/en/polls")
    assert joined.location == "/en/polls"
    fields = {"sign_in_name": "wati", "display_name": "Wati", "email": "wati@example.org"}
    _, joined = join(app, **fields, held_path="/en/")
    assert joined.location == "/en/welcome"
    nothing_open = anonymous_client(app)
    assert nothing_open.get("/en/welcome").status_code in {200, 303, 401}


def test_first_codes_need_a_new_account(app, clock):
    client, _ = join(app)
    clock.shift(2 * 3600)
    assert client.get(CODES).status_code == 303
    assert submit_form(client, "/en/account", CODES).location == "/en/account/devices"


@pytest.mark.parametrize(
    ("role", "page"), [(Role.STAFF, "/en/desk"), (Role.ADMIN, "/en/desk"), (Role.RESIDENT, "/en/")]
)
def test_signing_in_from_the_front_page_leads_to_the_first_page_of_the_role(app, clock, role, page):
    person = factories.create_staff(role=role)
    fields = {"sign_in_name": person.sign_in_name, "passphrase": factories.PASSPHRASE}
    link = re.search(r'href="(/en/sign-in[^"]*)"', anonymous_client(app).get("/en/").text)[1]
    assert "next=/en/" in link
    client = anonymous_client(app)
    signed_in = submit_form(client, link, "/en/sign-in", **fields, held_path="/en/")
    assert signed_in.location == page

"""Pages of the second factor: set up, sign in, required set-up."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from deliberate.clock import now
from deliberate.operations.accounts.second_factor import add_second_factor, new_totp_secret
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.factories import PASSPHRASE

PAGE = "/en/account/second-factor"


def totp_code(secret: str) -> str:
    return pyotp.TOTP(secret).at(now())


@pytest.fixture
def factor_required(app):
    """Require a second factor of accounts with a role."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, require_totp=True)
    yield app
    app.config["SETTINGS"] = kept


@pytest.fixture
def person(app, clock):
    """A resident with a second factor; the code of this time step is unused."""
    person = factories.create_resident()
    person.secret = new_totp_secret()
    add_second_factor(person, person.secret, totp_code(person.secret), PASSPHRASE)
    clock.shift(timedelta(minutes=1))
    return person


def enter_passphrase(client, person, **held):
    fields = {"sign_in_name": person.sign_in_name, "passphrase": PASSPHRASE, **held}
    return client.post("/en/sign-in", data=fields)


def pending_token(answer) -> str:
    return re.search(r'name="pending_token" value="([^"]+)"', answer.text).group(1)


def test_second_factor_page_shows_qr_code_and_accepts_code(app, clock):
    resident = factories.create_resident()
    client = signed_in_client(app, resident)
    shown = client.get(PAGE).text
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', shown).group(1)
    assert "<svg" in shown and "style=" not in shown
    assert " ".join(re.findall("....", secret)) in shown
    answer = submit_form(client, PAGE, secret=secret, code=totp_code(secret), passphrase=PASSPHRASE)
    assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code></li>", answer.text)) == 8
    factories.reload(resident)
    assert second_factor_added_at(resident) is not None
    assert 'name="secret"' not in client.get(PAGE).text


def test_second_factor_page_keeps_secret_after_wrong_code(app, clock):
    client, secret = signed_in_client(app, factories.create_resident()), new_totp_secret()
    answer = submit_form(client, PAGE, secret=secret, code="000000", passphrase=PASSPHRASE)
    assert answer.status_code == 422
    assert f'value="{secret}"' in answer.text


def test_second_factor_page_rejects_foreign_secret(app, clock):
    answer = submit_form(
        signed_in_client(app, factories.create_resident()), PAGE, secret="AAAA", code="123456"
    )
    assert (answer.status_code, answer.location) == (303, PAGE)


def test_interrupted_form_survives_both_sign_in_steps(app, person):
    client = anonymous_client(app)
    held = {"held_path": "/en/proposals/1/arguments", "held_fields": '[["body","Teduh dan aman"]]'}
    step = enter_passphrase(client, person, **held)
    assert "Teduh dan aman" in step.text
    assert "Set-Cookie" not in step.headers
    fields = {"pending_token": pending_token(step), "code": totp_code(person.secret), **held}
    answer = client.post("/en/sign-in/code", data=fields)
    assert "Teduh dan aman" in answer.text
    assert client.get("/en/account").status_code == 200


def test_code_step_rejects_wrong_and_used_codes(app, person):
    client = anonymous_client(app)
    token = pending_token(enter_passphrase(client, person))
    for code in ("000000", ""):
        answer = client.post("/en/sign-in/code", data={"pending_token": token, "code": code})
        assert answer.status_code == 422
        assert token in answer.text
    used = totp_code(person.secret)
    assert (
        client.post("/en/sign-in/code", data={"pending_token": token, "code": used}).status_code
        == 303
    )
    again = anonymous_client(app).post(
        "/en/sign-in/code", data={"pending_token": token, "code": used}
    )
    assert again.status_code == 422


def test_code_step_requires_pending_sign_in(app, person):
    for token in ("", "forged"):
        fields = {"pending_token": token, "code": totp_code(person.secret)}
        answer = anonymous_client(app).post("/en/sign-in/code", data=fields)
        assert (answer.status_code, answer.location) == (303, "/en/sign-in")
    assert anonymous_client(app).get("/en/sign-in/code").status_code == 303


def test_second_factor_page_removes_it_with_passphrase(app, person):
    client = signed_in_client(app, person)
    wrong = submit_form(client, PAGE, f"{PAGE}/remove", passphrase="salah sama sekali ya")
    assert wrong.status_code == 422
    assert submit_form(client, PAGE, f"{PAGE}/remove", passphrase=PASSPHRASE).status_code == 303
    factories.reload(person)
    assert second_factor_added_at(person) is None


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.ADMIN])
def test_required_second_factor_redirects_staff_to_setup(factor_required, clock, role):
    client = signed_in_client(factor_required, factories.create_staff(role=role))
    for path in ("/en/", "/en/account", "/en/proposals"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, PAGE), path
    assert "Before you continue" in client.get(PAGE).text
    assert client.get("/en/help").status_code == 200
    secret = new_totp_secret()
    assert (
        submit_form(
            client, PAGE, secret=secret, code=totp_code(secret), passphrase=PASSPHRASE
        ).status_code
        == 200
    )
    assert client.get("/en/account").status_code == 200


def test_required_second_factor_keeps_submitted_text(factor_required, clock):
    proposal = factories.create_proposal()
    client = signed_in_client(factor_required, factories.create_staff())
    body = "Terlalu mahal untuk anggaran tahun ini."
    answer = submit_form(
        client, PAGE, f"/en/proposals/{proposal.id}/arguments", body=body, stance="0"
    )
    assert answer.status_code == 409
    assert body in answer.text


def test_residents_need_no_second_factor(factor_required, clock):
    client = signed_in_client(factor_required, factories.create_resident())
    assert client.get("/en/account").status_code == 200

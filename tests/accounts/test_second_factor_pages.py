"""Signing in with a second factor, over HTTP; those who owe one are led to it."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from deliberate.clock import now
from deliberate.operations.accounts import second_factor as second_factor_operations
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.vocabulary import Role
from tests import factories
from tests.client import send, signed_in, visitor
from tests.factories import PASSPHRASE

PAGE = "/en/account/second-factor"


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(now())


@pytest.fixture
def asked(app):
    """An installation that asks everybody who works here for a second factor."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, require_totp=True)
    yield app
    app.config["SETTINGS"] = kept


@pytest.fixture
def person(app, clock):
    """A resident whose phone shows codes; the present one is not spent yet."""
    person = factories.resident()
    person.secret = second_factor_operations.new_secret()
    second_factor_operations.add_factor(person, person.secret, code_of(person.secret), PASSPHRASE)
    clock.shift(timedelta(minutes=1))
    return person


def first_step(client, person, **held):
    fields = {"sign_in_name": person.sign_in_name, "passphrase": PASSPHRASE, **held}
    return client.post("/en/sign-in", data=fields)


def half_in(answer) -> str:
    return re.search(r'name="half" value="([^"]+)"', answer.text).group(1)


def test_the_page_shows_picture_and_letters_and_takes_the_code(app, clock):
    resident = factories.resident()
    client = signed_in(app, resident)
    shown = client.get(PAGE).text
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', shown).group(1)
    assert "<svg" in shown and "style=" not in shown
    assert " ".join(re.findall("....", secret)) in shown
    answer = send(client, PAGE, secret=secret, code=code_of(secret), passphrase=PASSPHRASE)
    assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code></li>", answer.text)) == 8
    factories.again(resident)
    assert factor_since(resident) is not None
    assert 'name="secret"' not in client.get(PAGE).text


def test_a_wrong_code_keeps_the_same_secret_on_the_page(app, clock):
    client, secret = signed_in(app, factories.resident()), second_factor_operations.new_secret()
    answer = send(client, PAGE, secret=secret, code="000000", passphrase=PASSPHRASE)
    assert answer.status_code == 422
    assert f'value="{secret}"' in answer.text


def test_a_secret_that_is_none_of_ours_begins_again(app, clock):
    answer = send(signed_in(app, factories.resident()), PAGE, secret="AAAA", code="123456")
    assert (answer.status_code, answer.location) == (303, PAGE)


def test_what_was_written_travels_through_both_steps(app, person):
    client = visitor(app)
    held = {"held_path": "/en/proposals/1/arguments", "held_fields": '[["body","Teduh dan aman"]]'}
    step = first_step(client, person, **held)
    assert "Teduh dan aman" in step.text
    assert "Set-Cookie" not in step.headers
    fields = {"half": half_in(step), "code": code_of(person.secret), **held}
    answer = client.post("/en/sign-in/code", data=fields)
    assert "Teduh dan aman" in answer.text
    assert client.get("/en/account").status_code == 200


def test_a_wrong_code_or_one_used_leaves_one_outside(app, person):
    client = visitor(app)
    half = half_in(first_step(client, person))
    for code in ("000000", ""):
        answer = client.post("/en/sign-in/code", data={"half": half, "code": code})
        assert answer.status_code == 422
        assert half in answer.text
    used = code_of(person.secret)
    assert client.post("/en/sign-in/code", data={"half": half, "code": used}).status_code == 303
    again = visitor(app).post("/en/sign-in/code", data={"half": half, "code": used})
    assert again.status_code == 422


def test_without_the_first_half_there_is_no_second(app, person):
    for half in ("", "forged"):
        fields = {"half": half, "code": code_of(person.secret)}
        answer = visitor(app).post("/en/sign-in/code", data=fields)
        assert (answer.status_code, answer.location) == (303, "/en/sign-in")
    assert visitor(app).get("/en/sign-in/code").status_code == 303


def test_it_is_taken_away_with_the_passphrase(app, person):
    client = signed_in(app, person)
    wrong = send(client, PAGE, f"{PAGE}/remove", passphrase="salah sama sekali ya")
    assert wrong.status_code == 422
    assert send(client, PAGE, f"{PAGE}/remove", passphrase=PASSPHRASE).status_code == 303
    factories.again(person)
    assert factor_since(person) is None


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.ADMIN])
def test_who_works_here_is_led_to_it_first(asked, clock, role):
    client = signed_in(asked, factories.staff(role=role))
    for path in ("/en/", "/en/account", "/en/proposals"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, PAGE), path
    assert "First of all, please" in client.get(PAGE).text
    assert client.get("/en/help").status_code == 200
    secret = second_factor_operations.new_secret()
    assert (
        send(client, PAGE, secret=secret, code=code_of(secret), passphrase=PASSPHRASE).status_code
        == 200
    )
    assert client.get("/en/account").status_code == 200


def test_what_they_typed_meanwhile_is_handed_back(asked, clock):
    proposal = factories.a_proposal()
    client = signed_in(asked, factories.staff())
    body = "Terlalu mahal untuk anggaran tahun ini."
    answer = send(client, PAGE, f"/en/proposals/{proposal.id}/arguments", body=body, stance="0")
    assert answer.status_code == 403
    assert body in answer.text


def test_residents_are_not_asked_for_it(asked, clock):
    client = signed_in(asked, factories.resident())
    assert client.get("/en/account").status_code == 200

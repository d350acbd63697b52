"""Signing in through another house, against one that runs on a real socket."""

import sys
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("authlib", reason="the extra sso: pip install 'deliberate[sso]'")
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import LinkedIdentity, Person
from deliberate.operations.accounts.deletion import erase_account
from deliberate.vocabulary import Role
from tests import factories
from tests.accounts.oidc_provider import CLIENT, House
from tests.accounts.test_second_factor import with_factor
from tests.client import send, signed_in, visitor
from tests.live_server import serving

LEAVE, SHOW = "/en/sign-in/elsewhere", "/en/account/elsewhere"


@pytest.fixture(scope="module")
def served():
    """The other house, and its address."""
    house = House()
    with serving(house, threads=2) as address:
        yield house, address


@pytest.fixture
def house(app, clock, served):
    """The other house as its makers meant it; our settings name it."""
    house, address = served
    key = house.key
    house.__init__()
    house.key = house.signing_key = key
    house.issuer = address
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        kept,
        oidc_issuer=address,
        oidc_client_id=CLIENT,
        oidc_verified_claim="resident=yes",
        base_url="https://deliberate.example",
    )
    yield house
    app.config["SETTINGS"] = kept


def way_back(client, house) -> str:
    """Go there by the link and press "Allow"; the address one comes back by."""
    there = client.get(LEAVE)
    assert there.status_code == 303
    back = house.approve(there.location)
    assert back.startswith("https://deliberate.example/sign-in/back?")
    return back.removeprefix("https://deliberate.example")


def go_there(client, house):
    return client.get(way_back(client, house))


def linked(app, house) -> Person:
    """A resident whose account the other house opens."""
    person = factories.resident()
    client = signed_in(app, person)
    go_there(client, house)
    assert send(client, SHOW).status_code == 303
    db.session.rollback()
    return person


def links() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(LinkedIdentity)).all())


def test_the_link_carries_challenge_state_and_nonce_and_no_host_of_ours(app, house):
    there = visitor(app).get(LEAVE, headers={"Host": "evil.example"})
    asked = parse_qs(urlsplit(there.location).query)
    assert there.location.startswith(f"{house.issuer}/authorize?")
    assert asked["redirect_uri"] == ["https://deliberate.example/sign-in/back"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert (asked["scope"], asked["code_challenge_method"]) == (["openid"], ["S256"])


def test_a_linked_account_is_opened_with_one_row(app, house, log):
    person = linked(app, house)
    log()
    client = visitor(app)
    back = go_there(client, house)
    assert (back.status_code, back.location, log()) == (303, SHOW, [])
    assert f"Sign in as {person.display_name}" in client.get(SHOW).text
    assert client.post(LEAVE).status_code == 303
    (entry,) = log()
    assert (entry.kind, entry.actor_id) == ("person.signed_in", person.actor_id)
    assert client.get("/en/account").status_code == 200
    assert "proven" not in str(client.get_cookie("session"))


def test_linking_is_an_act_and_keeps_no_number_of_the_other_house(app, house, log):
    person, subject = linked(app, house), house.subject
    kinds = [entry.kind for entry in log()]
    assert kinds.count("provider.linked") == 1
    link = db.session.scalars(select(LinkedIdentity)).one()
    assert (link.person_id, subject in link.mark) == (person.id, False)
    assert subject not in signed_in(app, person).get("/en/account/data.json").text


def test_who_is_new_signs_in_or_joins_first_and_links_then(app, house):
    client, person = visitor(app), factories.resident()
    go_there(client, house)
    assert "no account is linked to that yet" in client.get(SHOW).text
    assert client.post(LEAVE).location == SHOW
    came = client.post(
        "/en/sign-in",
        data={
            "sign_in_name": person.sign_in_name,
            "passphrase": factories.PASSPHRASE,
            "held_path": SHOW,
        },
    )
    assert came.location == SHOW
    assert "Shall it open your account" in client.get(SHOW).text
    assert send(client, SHOW).status_code == 303
    assert links() == 1


def test_the_claim_of_the_settings_verifies_a_resident_and_gives_no_role(app, house, log):
    house.claims = {"resident": "yes", "role": "admin", "roles": ["admin"]}
    person = linked(app, house)
    (verified,) = [entry for entry in log() if entry.kind == "resident.verified"]
    assert (verified.details, verified.cause is None) == ({"by": "provider"}, False)
    factories.again(person)
    assert (person.verified_at is None, person.role) == (False, Role.RESIDENT)


@pytest.mark.parametrize("claims", [{}, {"resident": "no"}, {"resident": True}, {"residen": "yes"}])
def test_another_claim_verifies_nobody(app, house, claims):
    house.claims = claims
    person = linked(app, house)
    factories.again(person)
    assert person.verified_at is None


def test_a_claim_verifies_at_a_later_sign_in_too(app, house):
    person, client = linked(app, house), visitor(app)
    house.claims = {"resident": ["no", "yes"]}
    go_there(client, house)
    client.post(LEAVE)
    factories.again(person)
    assert person.verified_at is not None


def test_one_account_there_opens_one_here(app, house):
    linked(app, house)
    client = signed_in(app, factories.resident())
    go_there(client, house)
    assert "opens another account here" in client.get(SHOW).text
    assert send(client, "/en/account", SHOW).status_code == 403
    assert links() == 1


def test_the_link_is_ended_by_its_owner(app, house):
    person = linked(app, house)
    client = signed_in(app, person)
    assert send(client, SHOW, f"{SHOW}/end").status_code == 303
    assert links() == 0
    assert send(client, "/en/account", f"{SHOW}/end").status_code == 403


def test_an_erased_account_leaves_no_link(app, house):
    person = linked(app, house)
    erase_account(person, factories.PASSPHRASE)
    assert links() == 0


def test_a_second_factor_is_asked_for_all_the_same(app, house):
    person = linked(app, house)
    with_factor(person)
    client = visitor(app)
    go_there(client, house)
    assert 'name="half"' in client.post(LEAVE).text
    assert "/en/sign-in" in client.get("/en/account").text


def refused(client, house) -> bool:
    answer = go_there(client, house)
    with client.session_transaction() as session:
        return answer.status_code == 403 and "proven" not in session


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"]},
        {"azp": "somebody-else"},
        {"exp": "past"},
        {"iat": "future"},
        {"exp": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_wrong_in_one_thing_is_worth_nothing(app, house, log, wrong):
    linked(app, house)
    log()

    def twist(claims):
        moments = {"past": claims["iat"] - 3600, "future": claims["iat"] + 3600}
        for name, value in wrong.items():
            claims[name] = moments.get(value, value) if isinstance(value, str) else value
            if value is None:
                del claims[name]

    house.twist = twist
    assert refused(visitor(app), house)
    assert log() == []


def test_a_token_signed_by_somebody_else_or_with_a_shared_secret_is_worth_nothing(app, house):
    house.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert refused(visitor(app), house)
    house.header, house.signing_key = {"alg": "HS256", "kid": "one"}, OctKey.generate_key(256)
    assert refused(visitor(app), house)


def test_a_house_that_names_itself_otherwise_is_not_gone_to(app, house):
    house.said_issuer = "https://evil.example"
    assert visitor(app).get(LEAVE).status_code == 403
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], oidc_issuer="http://127.0.0.1:9")
    assert "passphrase" in visitor(app).get(LEAVE).text


def test_an_answer_to_somebody_elses_errand_is_refused(app, house):
    mine, theirs = visitor(app), visitor(app)
    back = way_back(theirs, house)
    assert mine.get(back).status_code == 403
    mine.get(LEAVE)
    assert mine.get(back).status_code == 403


def test_a_code_is_worth_something_once(app, house):
    client = visitor(app)
    back = way_back(client, house)
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403
    code = parse_qs(urlsplit(back).query)["code"][0]
    there = client.get(LEAVE).location
    state = parse_qs(urlsplit(there).query)["state"][0]
    assert client.get(f"/sign-in/back?code={code}&state={state}").status_code == 403


def test_a_code_stolen_on_the_way_lacks_the_verifier(app, house):
    victim, thief = visitor(app), visitor(app)
    code = parse_qs(urlsplit(way_back(victim, house)).query)["code"][0]
    state = parse_qs(urlsplit(thief.get(LEAVE).location).query)["state"][0]
    assert thief.get(f"/sign-in/back?code={code}&state={state}").status_code == 403


def test_who_was_away_too_long_begins_again(app, house, clock):
    client = visitor(app)
    back = way_back(client, house)
    clock.shift(timedelta(minutes=11))
    assert client.get(back).status_code == 403
    go_there(client, house)
    clock.shift(timedelta(minutes=11))
    assert client.get(SHOW).location == "/en/sign-in"


def test_an_error_from_there_is_said_in_words(app, house):
    client = visitor(app)
    state = parse_qs(urlsplit(client.get(LEAVE).location).query)["state"][0]
    answer = client.get(f"/sign-in/back?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "did not prove who you are" in answer.text


def test_the_sign_in_page_offers_it_where_it_is_set(app, house):
    assert LEAVE in visitor(app).get("/en/sign-in").text
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], oidc_issuer="")
    assert LEAVE not in visitor(app).get("/en/sign-in").text
    assert visitor(app).get(LEAVE).location == "/en/sign-in"


def test_without_the_extra_the_page_says_what_is_missing(app, house, monkeypatch):
    monkeypatch.setitem(sys.modules, "authlib.oauth2.rfc7636", None)
    answer = visitor(app).get(LEAVE)
    assert answer.status_code == 403 and "sso" in answer.text

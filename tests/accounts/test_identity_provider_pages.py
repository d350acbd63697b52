"""Sign-in through an OpenID Connect provider that runs on a real socket."""

import sys
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("authlib", reason="the extra sso is not installed")
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import LinkedIdentity, Person
from deliberate.operations.accounts.deletion import erase_account
from deliberate.vocabulary import Role
from tests import factories
from tests.accounts.oidc_provider import CLIENT, FakeProvider
from tests.accounts.test_second_factor import person_with_factor
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.live_server import run_server

BEGIN, SHOW = "/en/sign-in/elsewhere", "/en/account/elsewhere"


@pytest.fixture(scope="module")
def running_provider():
    """The provider and its URL."""
    provider = FakeProvider()
    with run_server(provider, threads=2) as address:
        yield provider, address


@pytest.fixture
def provider(app, clock, running_provider):
    """A conforming provider that the settings name."""
    provider, address = running_provider
    key = provider.key
    provider.__init__()
    provider.key = provider.signing_key = key
    provider.issuer = address
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        settings,
        oidc_issuer=address,
        oidc_client_id=CLIENT,
        oidc_verified_claim="resident=yes",
        base_url="https://deliberate.example",
    )
    yield provider
    app.config["SETTINGS"] = settings


def redirect_url(client, provider) -> str:
    """Follow the link to the provider and press "Allow"; return the redirect URL."""
    redirect = client.get(BEGIN)
    assert redirect.status_code == 303
    callback_url = provider.approve(redirect.location)
    assert callback_url.startswith("https://deliberate.example/sign-in/back?")
    return callback_url.removeprefix("https://deliberate.example")


def begin_sign_in(client, provider):
    return client.get(redirect_url(client, provider))


def linked_person(app, provider) -> Person:
    """Return a resident with a linked identity."""
    person = factories.create_resident()
    client = signed_in_client(app, person)
    begin_sign_in(client, provider)
    assert submit_form(client, SHOW).status_code == 303
    db.session.rollback()
    return person


def linked_identities() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(LinkedIdentity)).all())


def test_authorization_url_has_challenge_state_nonce_and_configured_host(app, provider):
    redirect = anonymous_client(app).get(BEGIN, headers={"Host": "evil.example"})
    parameters = parse_qs(urlsplit(redirect.location).query)
    assert redirect.location.startswith(f"{provider.issuer}/authorize?")
    assert parameters["redirect_uri"] == ["https://deliberate.example/sign-in/back"]
    assert all(len(parameters[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert (parameters["scope"], parameters["code_challenge_method"]) == (["openid"], ["S256"])


def test_provider_sign_in_records_one_row(app, provider, log):
    person = linked_person(app, provider)
    log()
    client = anonymous_client(app)
    response = begin_sign_in(client, provider)
    assert (response.status_code, response.location, log()) == (303, SHOW, [])
    assert f"Sign in as {person.display_name}" in client.get(SHOW).text
    assert client.post(BEGIN).status_code == 303
    (entry,) = log()
    assert (entry.kind, entry.actor_id) == ("person.signed_in", person.actor_id)
    assert client.get("/en/account").status_code == 200
    assert "proven" not in str(client.get_cookie("session"))


def test_linking_records_one_act_and_stores_no_subject_id(app, provider, log):
    person, subject = linked_person(app, provider), provider.subject
    kinds = [entry.kind for entry in log()]
    assert kinds.count("provider.linked") == 1
    link = db.session.scalars(select(LinkedIdentity)).one()
    assert (link.person_id, subject in link.subject_hash) == (person.id, False)
    assert subject not in signed_in_client(app, person).get("/en/account/data.json").text


def test_unlinked_identity_is_linked_after_sign_in(app, provider):
    client, person = anonymous_client(app), factories.create_resident()
    begin_sign_in(client, provider)
    assert "no account here is linked to it yet" in client.get(SHOW).text
    assert client.post(BEGIN).location == SHOW
    came = client.post(
        "/en/sign-in",
        data={
            "sign_in_name": person.sign_in_name,
            "passphrase": factories.PASSPHRASE,
            "held_path": SHOW,
        },
    )
    assert came.location == SHOW
    assert "Should it open your account" in client.get(SHOW).text
    assert submit_form(client, SHOW).status_code == 303
    assert linked_identities() == 1


def test_configured_claim_verifies_resident_without_role(app, provider, log):
    provider.claims = {"resident": "yes", "role": "admin", "roles": ["admin"]}
    person = linked_person(app, provider)
    (verified,) = [entry for entry in log() if entry.kind == "resident.verified"]
    assert (verified.details, verified.cause is None) == (
        {"by": "provider", "account": person.actor_id},
        False,
    )
    factories.reload(person)
    assert (person.verified_at is None, person.role) == (False, Role.RESIDENT)


@pytest.mark.parametrize("claims", [{}, {"resident": "no"}, {"resident": True}, {"residen": "yes"}])
def test_other_claim_does_not_verify(app, provider, claims):
    provider.claims = claims
    person = linked_person(app, provider)
    factories.reload(person)
    assert person.verified_at is None


def test_claim_verifies_at_later_sign_in(app, provider):
    person, client = linked_person(app, provider), anonymous_client(app)
    provider.claims = {"resident": ["no", "yes"]}
    begin_sign_in(client, provider)
    client.post(BEGIN)
    factories.reload(person)
    assert person.verified_at is not None


def test_identity_is_linked_to_one_account_only(app, provider):
    linked_person(app, provider)
    client = signed_in_client(app, factories.create_resident())
    begin_sign_in(client, provider)
    assert "opens another account here" in client.get(SHOW).text
    assert submit_form(client, "/en/account", SHOW).status_code == 409
    assert linked_identities() == 1


def test_owner_unlinks_identity(app, provider):
    person = linked_person(app, provider)
    client = signed_in_client(app, person)
    assert submit_form(client, SHOW, f"{SHOW}/end").status_code == 303
    assert linked_identities() == 0
    assert submit_form(client, "/en/account", f"{SHOW}/end").status_code == 409


def test_erasure_deletes_linked_identity(app, provider):
    person = linked_person(app, provider)
    erase_account(person, factories.PASSPHRASE)
    assert linked_identities() == 0


def test_provider_sign_in_requires_second_factor(app, provider):
    person = linked_person(app, provider)
    person_with_factor(person)
    client = anonymous_client(app)
    begin_sign_in(client, provider)
    assert 'name="pending_token"' in client.post(BEGIN).text
    assert "/en/sign-in" in client.get("/en/account").text


def is_refused(client, provider) -> bool:
    answer = begin_sign_in(client, provider)
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
def test_id_token_with_one_invalid_claim_is_refused(app, provider, log, wrong):
    linked_person(app, provider)
    log()

    def twist(claims):
        moments = {"past": claims["iat"] - 3600, "future": claims["iat"] + 3600}
        for name, value in wrong.items():
            claims[name] = moments.get(value, value) if isinstance(value, str) else value
            if value is None:
                del claims[name]

    provider.change_claims = twist
    assert is_refused(anonymous_client(app), provider)
    assert log() == []


def test_id_token_with_wrong_key_or_shared_secret_is_refused(app, provider):
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert is_refused(anonymous_client(app), provider)
    provider.header, provider.signing_key = {"alg": "HS256", "kid": "one"}, OctKey.generate_key(256)
    assert is_refused(anonymous_client(app), provider)


def test_provider_metadata_with_other_issuer_is_refused(app, provider):
    provider.claimed_issuer = "https://evil.example"
    assert anonymous_client(app).get(BEGIN).status_code == 403
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], oidc_issuer="http://127.0.0.1:9")
    assert "passphrase" in anonymous_client(app).get(BEGIN).text


def test_callback_with_foreign_state_is_refused(app, provider):
    own, other = anonymous_client(app), anonymous_client(app)
    callback_url = redirect_url(other, provider)
    assert own.get(callback_url).status_code == 403
    own.get(BEGIN)
    assert own.get(callback_url).status_code == 403


def test_authorization_code_works_once(app, provider):
    client = anonymous_client(app)
    callback_url = redirect_url(client, provider)
    assert client.get(callback_url).status_code == 303
    assert client.get(callback_url).status_code == 403
    code = parse_qs(urlsplit(callback_url).query)["code"][0]
    redirect = client.get(BEGIN).location
    state = parse_qs(urlsplit(redirect).query)["state"][0]
    assert client.get(f"/sign-in/back?code={code}&state={state}").status_code == 403


def test_stolen_authorization_code_lacks_verifier(app, provider):
    victim, thief = anonymous_client(app), anonymous_client(app)
    code = parse_qs(urlsplit(redirect_url(victim, provider)).query)["code"][0]
    state = parse_qs(urlsplit(thief.get(BEGIN).location).query)["state"][0]
    assert thief.get(f"/sign-in/back?code={code}&state={state}").status_code == 403


def test_expired_authorization_flow_is_refused(app, provider, clock):
    client = anonymous_client(app)
    callback_url = redirect_url(client, provider)
    clock.shift(timedelta(minutes=11))
    assert client.get(callback_url).status_code == 403
    begin_sign_in(client, provider)
    clock.shift(timedelta(minutes=11))
    assert client.get(SHOW).location == "/en/sign-in"


def test_provider_error_is_shown_with_message(app, provider):
    client = anonymous_client(app)
    state = parse_qs(urlsplit(client.get(BEGIN).location).query)["state"][0]
    answer = client.get(f"/sign-in/back?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "did not confirm who you are" in answer.text


def test_sign_in_page_offers_configured_provider(app, provider):
    assert BEGIN in anonymous_client(app).get("/en/sign-in").text
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], oidc_issuer="")
    assert BEGIN not in anonymous_client(app).get("/en/sign-in").text
    assert anonymous_client(app).get(BEGIN).location == "/en/sign-in"


def test_provider_sign_in_without_extra_names_what_is_missing(app, provider, monkeypatch):
    monkeypatch.setitem(sys.modules, "authlib.oauth2.rfc7636", None)
    answer = anonymous_client(app).get(BEGIN)
    assert answer.status_code == 403 and "sso" in answer.text

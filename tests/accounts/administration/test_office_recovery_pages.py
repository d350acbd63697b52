"""Pages of account recovery at an office."""

import re

import pytest

from deliberate.notifications.links import recovery_stop_token
from deliberate.operations.accounts.passphrases import authenticate
from deliberate.queries.accounts.office_recovery import get_active_recovery
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

DESK = "/en/desk/recovery"
PROOF = {"proof": "document", "present": "y"}
NEW_PASSPHRASE = "air tenang menghanyutkan kota"


@pytest.fixture
def office(app, clock):
    return factories.create_institution("desa")


@pytest.fixture
def person(app, clock):
    return factories.create_resident("Bu Rini")


@pytest.fixture
def first(app, office):
    return signed_in_client(app, factories.create_staff(office))


@pytest.fixture
def second(app, office):
    return signed_in_client(app, factories.create_staff(office))


def active_recovery(person):
    """Return the active recovery of an account."""
    factories.reload(person)
    return get_active_recovery(person)


def begin(client, person, **fields):
    found = f"{DESK}?q={person.sign_in_name}"
    return submit_form(client, found, f"{DESK}/begin/{person.id}", **fields)


def test_recovery_desk_with_two_officers_shows_code(app, first, second, person):
    assert "/en/desk/recovery" in first.get("/en/desk").text
    assert "Bu Rini" in first.get(f"{DESK}?q={person.sign_in_name}").text
    assert begin(first, person, **PROOF).status_code == 303
    recovery_id = active_recovery(person).id
    assert "A colleague must confirm" in first.get(DESK).text
    page, to = f"{DESK}/{recovery_id}", f"{DESK}/{recovery_id}/confirm"
    assert page in second.get(DESK).text
    assert submit_form(second, page, to, proof="document").status_code == 422
    shown = submit_form(second, page, to, **PROOF)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "private, no-store")
    (code,) = re.findall(r"<code>([a-z0-9-]{19})</code>", shown.text)
    assert person.sign_in_name in shown.text
    words = {"sign_in_name": person.sign_in_name, "code": code, "new_passphrase": NEW_PASSPHRASE}
    assert anonymous_client(app).post("/en/recover", data=words).status_code == 303
    factories.reload(person)
    assert authenticate(person.sign_in_name, NEW_PASSPHRASE) == person


def test_recovery_desk_gives_one_officer_no_code(first, person, log):
    begin(first, person, **PROOF)
    recovery_id = active_recovery(person).id
    log()
    answer = submit_form(first, DESK, f"{DESK}/{recovery_id}/confirm", **PROOF)
    assert answer.status_code == 403 and "<code>" not in answer.text
    assert log() == []


def test_recovery_desk_requires_proof_and_presence(first, person):
    answer = begin(first, person, proof="document")
    assert answer.status_code == 422 and "never by telephone" in answer.text
    assert active_recovery(person) is None


def test_recovery_is_hidden_from_other_offices(app, first, person):
    begin(first, person, **PROOF)
    recovery_id, other = active_recovery(person).id, signed_in_client(app, factories.create_staff())
    assert "Bu Rini" not in other.get(DESK).text
    assert other.get(f"{DESK}/{recovery_id}").status_code == 403
    for act in ("confirm", "stop"):
        assert submit_form(other, DESK, f"{DESK}/{recovery_id}/{act}", **PROOF).status_code == 403
    assert active_recovery(person) is not None


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.STAFF, Role.SYSTEM}])
def test_recovery_desk_is_for_staff(app, office, person, role):
    client = signed_in_client(app, factories.create_staff(office, role))
    assert client.get(DESK).status_code == 403
    answer = submit_form(client, "/en/account", f"{DESK}/begin/{person.id}", **PROOF)
    assert answer.status_code == 403


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_recovery_desk_explains_refusal_for_accounts_with_role(first, role):
    target = factories.create_staff(role=role)
    shown = first.get(f"{DESK}?q={target.sign_in_name}").text
    assert "ask an administrator" in shown and "/begin/" not in shown
    assert submit_form(first, DESK, f"{DESK}/begin/{target.id}", **PROOF).status_code == 409


def test_owner_stops_recovery_by_mailed_link(app, first, person):
    begin(first, person, **PROOF)
    link = f"/en/recover/office/{recovery_stop_token(person)}"
    client = anonymous_client(app)
    assert "One officer began" in client.get(link).text
    assert active_recovery(person) is not None
    assert "Stopped" in client.post(link).text
    assert active_recovery(person) is None
    assert client.get("/en/recover/office/palsu").status_code == 404
    assert client.post("/en/recover/office/palsu").status_code == 404


def test_account_page_shows_active_recovery(app, first, person):
    own = signed_in_client(app, person)
    assert "want to open your account" not in own.get("/en/account").text
    begin(first, person, **PROOF)
    assert "want to open your account" in own.get("/en/account").text
    link = own.get("/en/account/recovery").location
    assert "Stopped" in submit_form(own, link).text
    assert active_recovery(person) is None


def test_office_stops_recovery(first, second, person):
    begin(first, person, **PROOF)
    recovery_id = active_recovery(person).id
    assert submit_form(second, DESK, f"{DESK}/{recovery_id}/stop").status_code == 303
    assert active_recovery(person) is None

"""Help at an office over HTTP: two officers' desks, the code on paper, the owner's way to stop."""

import re

import pytest

from deliberate.notifications.links import stop_token
from deliberate.operations.accounts.accounts import authenticate
from deliberate.queries.accounts.office_recovery import recovery_of
from deliberate.vocabulary import Role
from tests import factories
from tests.client import send, signed_in, visitor

DESK = "/en/desk/recovery"
PROOF = {"proof": "document", "present": "y"}
NEW = "air tenang menghanyutkan kota"


@pytest.fixture
def office(app, clock):
    return factories.an_institution("desa")


@pytest.fixture
def person(app, clock):
    return factories.resident("Bu Rini")


@pytest.fixture
def first(app, office):
    return signed_in(app, factories.staff(office))


@pytest.fixture
def second(app, office):
    return signed_in(app, factories.staff(office))


def open_for(person):
    """What is open for an account by now."""
    factories.again(person)
    return recovery_of(person)


def begin(client, person, **fields):
    found = f"{DESK}?q={person.sign_in_name}"
    return send(client, found, f"{DESK}/begin/{person.id}", **fields)


def test_two_officers_and_the_person_at_the_desk(app, first, second, person):
    assert "/en/desk/recovery" in first.get("/en/desk").text
    assert "Bu Rini" in first.get(f"{DESK}?q={person.sign_in_name}").text
    assert begin(first, person, **PROOF).status_code == 303
    number = open_for(person).id
    assert "A colleague confirms it" in first.get(DESK).text
    page, to = f"{DESK}/{number}", f"{DESK}/{number}/confirm"
    assert page in second.get(DESK).text
    assert send(second, page, to, proof="document").status_code == 422
    shown = send(second, page, to, **PROOF)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    (code,) = re.findall(r"<code>([a-z0-9-]{19})</code>", shown.text)
    assert person.sign_in_name in shown.text
    words = {"sign_in_name": person.sign_in_name, "code": code, "new_passphrase": NEW}
    assert visitor(app).post("/en/recover", data=words).status_code == 303
    factories.again(person)
    assert authenticate(person.sign_in_name, NEW) == person


def test_one_officer_alone_gets_no_code(first, person, log):
    begin(first, person, **PROOF)
    number = open_for(person).id
    log()
    answer = send(first, DESK, f"{DESK}/{number}/confirm", **PROOF)
    assert answer.status_code == 403 and "<code>" not in answer.text
    assert log() == []


def test_it_asks_how_it_was_shown_and_whether_somebody_is_here(first, person):
    answer = begin(first, person, proof="document")
    assert answer.status_code == 422 and "never by telephone" in answer.text
    assert open_for(person) is None


def test_other_offices_neither_see_nor_confirm_nor_stop(app, first, person):
    begin(first, person, **PROOF)
    number, other = open_for(person).id, signed_in(app, factories.staff())
    assert "Bu Rini" not in other.get(DESK).text
    assert other.get(f"{DESK}/{number}").status_code == 403
    for act in ("confirm", "stop"):
        assert send(other, DESK, f"{DESK}/{number}/{act}", **PROOF).status_code == 403
    assert open_for(person) is not None


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.STAFF, Role.SYSTEM}])
def test_the_desk_is_for_staff(app, office, person, role):
    client = signed_in(app, factories.staff(office, role))
    assert client.get(DESK).status_code == 403
    answer = send(client, "/en/account", f"{DESK}/begin/{person.id}", **PROOF)
    assert answer.status_code == 403


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_accounts_of_people_who_work_here_are_refused_with_words(first, role):
    target = factories.staff(role=role)
    shown = first.get(f"{DESK}?q={target.sign_in_name}").text
    assert "ask an administrator" in shown and "/begin/" not in shown
    assert send(first, DESK, f"{DESK}/begin/{target.id}", **PROOF).status_code == 403


def test_the_owner_stops_it_by_the_link_in_the_mail(app, first, person):
    begin(first, person, **PROOF)
    link = f"/en/recover/office/{stop_token(person)}"
    client = visitor(app)
    assert "One officer began" in client.get(link).text
    assert open_for(person) is not None
    assert "Stopped" in client.post(link).text
    assert open_for(person) is None
    assert client.get("/en/recover/office/palsu").status_code == 404
    assert client.post("/en/recover/office/palsu").status_code == 404


def test_the_owner_who_is_signed_in_sees_it_on_the_account(app, first, person):
    own = signed_in(app, person)
    assert "wants to open your account" not in own.get("/en/account").text
    begin(first, person, **PROOF)
    assert "wants to open your account" in own.get("/en/account").text
    link = own.get("/en/account/recovery").location
    assert "Stopped" in send(own, link).text
    assert open_for(person) is None


def test_the_office_stops_it_too(first, second, person):
    begin(first, person, **PROOF)
    number = open_for(person).id
    assert send(second, DESK, f"{DESK}/{number}/stop").status_code == 303
    assert open_for(person) is None

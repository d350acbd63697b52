"""Taking a lost second factor away: by an administrator, with a reason, never one's own."""

import pytest

from deliberate.operations.accounts import accounts as account_operations
from deliberate.queries.accounts.accounts import person_on_device
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.vocabulary import Role
from tests import factories
from tests.accounts.test_second_factor import with_factor
from tests.client import send, signed_in


def page_of(person) -> str:
    return f"/en/desk/people/{person.id}/standing"


def end_of(person) -> str:
    return f"/en/desk/people/{person.id}/factor/end"


@pytest.fixture
def officer(app, clock):
    person, _secret = with_factor(factories.staff())
    return person


def test_an_administrator_takes_a_lost_factor_away(app, officer, log):
    token = account_operations.sign_in(officer)
    client = signed_in(app, factories.staff(role=Role.ADMIN))
    assert page_of(officer) in client.get(f"/en/desk/people/{officer.id}").text
    log()
    wrong = send(client, page_of(officer), end_of(officer), loss="lost")
    assert wrong.status_code == 422 and "Make sure first" in wrong.text
    assert log() == []
    done = send(client, page_of(officer), end_of(officer), loss="lost", sure="y")
    assert done.status_code == 303
    (entry,) = log()
    assert (entry.kind, entry.details) == ("factor.removed", {"own": 0, "reason": "lost"})
    assert person_on_device(token) is None
    assert "no second factor" in client.get(page_of(officer)).text


def test_not_the_own_one(app, clock):
    admin, _secret = with_factor(factories.staff(role=Role.ADMIN))
    client = signed_in(app, admin)
    assert end_of(admin) not in client.get(page_of(admin)).text
    assert send(client, "/en/account", end_of(admin), loss="lost", sure="y").status_code == 403
    assert factor_since(admin) is not None


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_nobody_else_comes_in(app, officer, role):
    client = signed_in(app, factories.staff(role=role))
    assert client.get(page_of(officer)).status_code == 403
    answer = send(client, "/en/account", end_of(officer), loss="lost", sure="y")
    assert answer.status_code == 403
    assert factor_since(officer) is not None

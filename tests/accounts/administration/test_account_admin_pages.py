"""Pages of account administration: remove a second factor, end a verification."""

import pytest

from deliberate.operations.accounts.devices import sign_in
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.vocabulary import Role
from tests import factories
from tests.accounts.test_second_factor import person_with_factor
from tests.client import signed_in_client, submit_form


def page_url(person) -> str:
    return f"/en/desk/people/{person.id}/standing"


def removal_url(person) -> str:
    return f"/en/desk/people/{person.id}/factor/end"


@pytest.fixture
def officer(app, clock):
    person, _secret = person_with_factor(factories.create_staff())
    return person


def test_administrator_removes_lost_second_factor(app, officer, log):
    token = sign_in(officer)
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    assert page_url(officer) in client.get(f"/en/desk/people/{officer.id}").text
    log()
    wrong = submit_form(client, page_url(officer), removal_url(officer), reason="lost")
    assert wrong.status_code == 422 and "Make sure first" in wrong.text
    assert log() == []
    done = submit_form(client, page_url(officer), removal_url(officer), reason="lost", sure="y")
    assert done.status_code == 303
    (entry,) = log()
    assert (entry.kind, entry.details) == ("factor.removed", {"own": 0, "reason": "lost"})
    assert get_person_by_device_token(token) is None
    assert "no second factor" in client.get(page_url(officer)).text


def test_administrator_cannot_remove_own_second_factor_here(app, clock):
    admin, _secret = person_with_factor(factories.create_staff(role=Role.ADMIN))
    client = signed_in_client(app, admin)
    assert removal_url(admin) not in client.get(page_url(admin)).text
    assert (
        submit_form(client, "/en/account", removal_url(admin), reason="lost", sure="y").status_code
        == 403
    )
    assert second_factor_added_at(admin) is not None


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_account_admin_page_is_for_administrators(app, officer, role):
    client = signed_in_client(app, factories.create_staff(role=role))
    assert client.get(page_url(officer)).status_code == 403
    answer = submit_form(client, "/en/account", removal_url(officer), reason="lost", sure="y")
    assert answer.status_code == 403
    assert second_factor_added_at(officer) is not None

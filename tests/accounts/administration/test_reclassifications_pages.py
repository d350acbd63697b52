"""Pages of the class of an account: proposed, confirmed, seen by its owner and in the log."""

import re

import pytest

from deliberate.vocabulary import AccountClass, Role
from tests import factories
from tests.client import signed_in_client, submit_form


@pytest.fixture
def person(app, clock):
    return factories.create_resident("Akun kedua")


def page_of(person) -> str:
    return f"/en/desk/people/{person.id}/class"


def propose(app, person, **fields):
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    form = {"account_class": "system", "reason": "duplicate"} | fields
    return client, submit_form(client, page_of(person), f"{page_of(person)}/propose", **form)


def test_class_proposed_by_one_is_confirmed_by_another_administrator(app, person):
    first, response = propose(app, person)
    assert response.status_code == 303
    own_view = first.get(page_of(person)).text
    assert "Another administrator must confirm" in own_view and "/confirm" not in own_view
    second = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    assert page_of(person) in second.get("/en/desk/classes").text
    page = second.get(page_of(person)).text
    assert "one of several accounts of one person" in page
    confirm = page.split('action="')
    (url,) = [part.split('"')[0] for part in confirm if "/confirm" in part.split('"')[0]]
    assert submit_form(second, page_of(person), url).status_code == 303
    factories.reload(person)
    assert person.account_class == AccountClass.SYSTEM
    assert "not counted in the scores" in second.get(page_of(person)).text


def test_missing_reason_is_shown_at_its_field_and_the_class_stays_chosen(app, person):
    _client, response = propose(app, person, reason="")
    assert response.status_code == 422
    assert "Choose one of these." in response.text
    (chosen,) = re.findall(r"<input[^>]*checked[^>]*>", response.text)
    assert 'value="system"' in chosen


def test_present_class_is_refused_at_its_field(app, person):
    _client, response = propose(app, person, account_class="person", reason="mistake")
    assert response.status_code == 422 and "has this class already" in response.text


def test_dismissed_class_leaves_the_form(app, person):
    client, _response = propose(app, person)
    page = client.get(page_of(person)).text
    (url,) = [p.split('"')[0] for p in page.split('action="') if "/dismiss" in p.split('"')[0]]
    assert submit_form(client, page_of(person), url).status_code == 303
    assert "Propose this class" in client.get(page_of(person)).text


def test_owner_reads_class_and_reason(app, person):
    _client, _response = propose(app, person, account_class="organisation", reason="organisation")
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    page = client.get(page_of(person)).text
    (url,) = [p.split('"')[0] for p in page.split('action="') if "/confirm" in p.split('"')[0]]
    submit_form(client, page_of(person), url)
    owner = signed_in_client(app, person)
    assert "/en/account/class" in owner.get("/en/account").text
    own_page = owner.get("/en/account/class").text
    assert "speaks for an organisation" in own_page and "not vote in polls" in own_page
    assert "organisation, speaks for an organisation or a group" in " ".join(
        app.test_client().get("/en/log").text.split()
    )


def test_public_log_says_that_no_class_was_changed(app, clock):
    assert "No account’s class was changed" in app.test_client().get("/en/log").text


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_classes_are_for_administrators(app, person, role):
    client = signed_in_client(app, factories.create_staff(role=role))
    assert client.get("/en/desk/classes").status_code == 403
    assert client.get(page_of(person)).status_code == 403

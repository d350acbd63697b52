"""The administrators' desk: institutions and roles, by forms that lose nothing typed."""

import pytest

from deliberate.queries.accounts.accounts import institution_named
from deliberate.vocabulary import Role
from tests import factories
from tests.client import send, signed_in, visitor

PAGES = ("institutions", "institutions/{slug}", "people", "people/{number}")


@pytest.fixture
def client(app):
    return signed_in(app, factories.staff(role=Role.ADMIN))


@pytest.mark.parametrize("page", PAGES)
def test_only_administrators_come_in(app, client, page):
    office, person = factories.an_institution("pagar"), factories.resident()
    place = "/en/desk/" + page.format(slug=office.slug, number=person.id)
    assert client.get(place).status_code == 200
    for role in (Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESEARCHER, Role.RESIDENT):
        assert signed_in(app, factories.staff(role=role)).get(place).status_code == 403
    assert "sign_in_name" in visitor(app).get(place).text


def test_the_desk_leads_an_administrator_there(client):
    page = client.get("/id/desk").text
    assert "/id/desk/institutions" in page and "/id/desk/people" in page


def test_an_institution_is_added_and_renamed(client, log):
    log()
    place = "/en/desk/institutions"
    fields = {"name": "Dinas Air", "name_en": "Water Office", "slug": "dinas-air"}
    assert send(client, place, **fields).status_code == 303
    renamed = {"name": "Dinas Air Bersih", "is_coordinator": "y"}
    assert send(client, f"{place}/dinas-air", **renamed).status_code == 303
    assert [entry.kind for entry in log()] == ["setting.changed", "setting.changed"]
    office = institution_named("dinas-air")
    assert (office.name, office.is_coordinator) == ("Dinas Air Bersih", True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"slug": "Kantor Air"}, "slug"),
        ({"slug": "../etc"}, "slug"),
        ({"slug": "pagar"}, "slug"),
        ({"slug": "\x00"}, "slug"),
    ],
)
def test_a_wrong_institution_is_told_at_the_field_and_nothing_is_lost(client, log, fields, field):
    factories.an_institution("pagar")
    log()
    told = {"name": "Dinas Air", "name_en": "Water Office", "slug": "dinas-air", **fields}
    answer = send(client, "/en/desk/institutions", **told)
    assert answer.status_code == 422 and log() == []
    assert f'id="{field}-error"' in answer.text and "Water Office" in answer.text


def test_a_role_is_given_and_taken_on_the_page(app, client, log):
    person, office = factories.resident("Ratna Wulan"), factories.an_institution("pagar")
    theirs, place = signed_in(app, person), f"/en/desk/people/{person.id}"
    assert "Ratna Wulan" in client.get("/en/desk/people?q=ratna wulan").text
    assert "Ratna Wulan" in client.get(f"/en/desk/people?q=%23{person.id}").text
    log()
    assert send(client, place, role="staff", institution=office.id).status_code == 303
    assert "sign_in_name" in theirs.get("/en/account").text
    assert "Ratna Wulan" in client.get("/en/desk/people").text
    assert send(client, place, f"{place}/role/end").status_code == 303
    assert [entry.kind for entry in log()] == ["role.granted", "role.revoked"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "staff"}, "institution"),
        ({"role": "raja"}, "role"),
        ({"role": "system"}, "role"),
        ({"role": ""}, "role"),
        ({"role": "moderator", "institution": "999999"}, "institution"),
    ],
)
def test_a_role_that_cannot_be_is_told_at_the_field(client, log, fields, field):
    person = factories.resident()
    log()
    answer = send(client, f"/en/desk/people/{person.id}", **fields)
    assert answer.status_code == 422 and log() == []
    assert f'id="{field}-error"' in answer.text


def test_an_account_that_is_not_there_is_not_found(client):
    assert client.get("/en/desk/people/99999").status_code == 404
    assert client.get("/en/desk/institutions/tidak-ada").status_code == 404

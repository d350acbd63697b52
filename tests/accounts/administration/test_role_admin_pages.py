"""Pages for administrators: institutions and roles."""

import re

import pytest

from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

PAGES = ("institutions", "institutions/{slug}", "people", "people/{number}")


@pytest.fixture
def client(app):
    return signed_in_client(app, factories.create_staff(role=Role.ADMIN))


@pytest.mark.parametrize("page", PAGES)
def test_admin_pages_are_for_administrators(app, client, page):
    office, person = factories.create_institution("pagar"), factories.create_resident()
    place = "/en/desk/" + page.format(slug=office.slug, number=person.id)
    assert client.get(place).status_code == 200
    for role in (Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.RESEARCHER, Role.RESIDENT):
        assert (
            signed_in_client(app, factories.create_staff(role=role)).get(place).status_code == 403
        )
    assert "sign_in_name" in anonymous_client(app).get(place).text


def test_desk_links_to_admin_pages(client):
    page = client.get("/id/desk").text
    assert "/id/desk/institutions" in page and "/id/desk/people" in page


def test_institution_is_added_and_renamed(client, log):
    log()
    place = "/en/desk/institutions"
    fields = {"name": "Dinas Air", "name_en": "Water Office", "slug": "dinas-air"}
    assert submit_form(client, place, **fields).status_code == 303
    renamed = {"name": "Dinas Air Bersih", "is_coordinator": "y"}
    assert submit_form(client, f"{place}/dinas-air", **renamed).status_code == 303
    assert [entry.kind for entry in log()] == ["setting.changed", "setting.changed"]
    office = get_institution_by_slug("dinas-air")
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
def test_institution_form_shows_error_at_field_and_keeps_input(client, log, fields, field):
    factories.create_institution("pagar")
    log()
    told = {"name": "Dinas Air", "name_en": "Water Office", "slug": "dinas-air", **fields}
    answer = submit_form(client, "/en/desk/institutions", **told)
    assert answer.status_code == 422 and log() == []
    assert f'id="{field}-error"' in answer.text and "Water Office" in answer.text


def test_accounts_are_found_by_part_of_a_name_role_and_institution(app, client):
    office = factories.create_institution("air")
    staff = factories.create_staff(office)
    resident = factories.create_resident("Ratna Wulandari")
    for query, found, missing in (
        ("q=wuland", resident, staff),
        (f"q={resident.sign_in_name[2:]}", resident, staff),
        ("q=ratna&role=resident", resident, staff),
        ("role=staff", staff, resident),
        (f"institution={office.id}", staff, resident),
        ("", staff, resident),
    ):
        page = client.get(f"/en/desk/people?{query}").text
        assert f'people/{found.id}"' in page, query
        assert f'people/{missing.id}"' not in page, query
    for query in ("q=%25", "q=_", "q=ratna&role=staff", "role=raja&institution=x&q=%27"):
        assert "No account is called that." in client.get(f"/en/desk/people?{query}").text


def test_list_of_accounts_is_paged_with_its_filters(client):
    for _ in range(21):
        factories.create_resident()
    page = client.get("/en/desk/people?q=Warga&role=resident").text
    link = re.search(r'rel="next" href="([^"]+)"', page).group(1).replace("&amp;", "&")
    assert "q=Warga" in link and "role=resident" in link
    assert client.get(link).text.count("/en/desk/people/") >= 1


def test_role_page_grants_and_revokes_role(app, client, log):
    person, office = factories.create_resident("Ratna Wulan"), factories.create_institution("pagar")
    theirs, place = signed_in_client(app, person), f"/en/desk/people/{person.id}"
    assert "Ratna Wulan" in client.get("/en/desk/people?q=ratna wulan").text
    assert "Ratna Wulan" in client.get(f"/en/desk/people?q=%23{person.id}").text
    log()
    assert submit_form(client, place, role="staff", institution=office.id).status_code == 303
    assert "sign_in_name" in theirs.get("/en/account").text
    assert "Ratna Wulan" in client.get("/en/desk/people").text
    assert submit_form(client, place, f"{place}/role/end").status_code == 303
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
def test_role_page_shows_error_at_field(client, log, fields, field):
    person = factories.create_resident()
    log()
    answer = submit_form(client, f"/en/desk/people/{person.id}", **fields)
    assert answer.status_code == 422 and log() == []
    assert f'id="{field}-error"' in answer.text


def test_role_page_of_unknown_account_is_not_found(client):
    assert client.get("/en/desk/people/99999").status_code == 404
    assert client.get("/en/desk/institutions/tidak-ada").status_code == 404

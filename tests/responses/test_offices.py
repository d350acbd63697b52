"""Offices of institutions: who manages them, and where residents find them."""

import pytest

from deliberate.operations.responses.offices import OfficeTexts, add_office, change_office
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

TEXTS = OfficeTexts(name="Loket Sepaku", address="Jalan Negara 1", hours="Senin sampai Jumat")


def test_office_is_managed_by_its_institution_and_administrators_only(app, clock, log):
    institution = factories.create_institution("sarpras")
    log()
    office = add_office(factories.create_staff(institution), institution, TEXTS)
    assert [(row.kind, row.subject_type) for row in log()][-1] == ("setting.changed", "office")
    change_office(factories.create_staff(role=Role.ADMIN), office, TEXTS)
    for stranger in (factories.create_staff(), factories.create_staff(institution, Role.MODERATOR)):
        with pytest.raises(Refused):
            add_office(stranger, institution, TEXTS)
        with pytest.raises(Refused):
            change_office(stranger, office, TEXTS)


def test_office_is_added_at_the_desk_and_shown_until_it_is_closed(app, clock):
    institution = factories.create_institution("sarpras")
    desk = signed_in_client(app, factories.create_staff(institution))
    visitor, pages = anonymous_client(app), ("/en/offices", "/en/institutions/sarpras")
    fields = {
        "name": "Loket Sepaku",
        "address": "Jalan Negara 1",
        "hours": "Senin sampai Jumat",
        "hours_en": "Monday to Friday",
        "contact": "0542 1234",
    }
    new = "/en/desk/offices/sarpras/new"
    assert submit_form(desk, new, **{**fields, "hours": ""}).status_code == 422
    assert submit_form(desk, new, **fields).status_code == 303
    for page in pages:
        text = visitor.get(page).text
        assert "Jalan Negara 1" in text and "Open: Monday to Friday" in text
    assert "Buka: Senin sampai Jumat" in visitor.get("/id/offices").text
    edit = "/en/desk/offices/sarpras/1"
    assert submit_form(desk, edit, **fields, is_closed="y").status_code == 303
    assert all("Jalan Negara 1" not in visitor.get(page).text for page in pages)
    assert "closed" in desk.get("/en/desk/offices/sarpras").text
    other = signed_in_client(app, factories.create_staff())
    assert other.get(edit).status_code == 403 and other.get(new).status_code == 403

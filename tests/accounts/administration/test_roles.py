"""Roles: granted and revoked by administrators, effective at once."""

import pytest
from sqlalchemy import select

from deliberate.database import db, transient
from deliberate.models import Device
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.accounts.roles import grant_role, revoke_role
from deliberate.operations.responses.institutions import (
    SlugTaken,
    add_institution,
    change_institution,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.vocabulary import Role
from tests import factories


@pytest.fixture
def admin(app):
    return factories.create_staff(role=Role.ADMIN)


def test_grant_role_records_one_act_and_signs_out_all_devices(admin, log):
    person, office = factories.create_resident(), factories.create_institution()
    token = sign_in(person)
    log()
    grant_role(admin, person, Role.STAFF, office)
    (entry,) = log()
    assert (entry.kind, entry.actor_id, entry.details) == (
        "role.granted",
        admin.actor_id,
        {"role": "staff"},
    )
    assert (entry.subject_id, person.institution_id) == (person.id, office.id)
    assert get_person_by_device_token(token) is None
    with transient(write=False) as store:
        assert store.scalars(select(Device).where(Device.person_id == person.id)).all() == []


def test_revoke_role_records_one_act_and_signs_out_all_devices(admin, log):
    officer = factories.create_staff()
    token = sign_in(officer)
    log()
    revoke_role(admin, officer)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("role.revoked", {"role": "staff"})
    assert (officer.role, officer.institution_id) == (Role.RESIDENT, None)
    assert get_person_by_device_token(token) is None
    with pytest.raises(Refused):
        revoke_role(admin, officer)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}])
def test_only_administrators_grant_and_revoke_roles(app, log, role):
    asker, person = factories.create_staff(role=role), factories.create_staff()
    log()
    with pytest.raises(Refused):
        grant_role(asker, person, Role.ADMIN)
    with pytest.raises(Refused):
        revoke_role(asker, person)
    assert log() == [] and person.role == Role.STAFF


def test_administrator_cannot_revoke_own_role(admin, log):
    log()
    with pytest.raises(Refused):
        revoke_role(admin, admin)
    with pytest.raises(Refused):
        grant_role(admin, admin, Role.STAFF, factories.create_institution())
    assert log() == []


def test_former_administrator_cannot_grant_role(admin, log):
    second, person = factories.create_staff(role=Role.ADMIN), factories.create_resident()
    revoke_role(second, admin)
    log()
    with pytest.raises(Refused):
        grant_role(admin, person, Role.ADMIN)
    assert log() == []


def test_staff_role_requires_institution(admin, log):
    person = factories.create_resident()
    log()
    with pytest.raises(Refused):
        grant_role(admin, person, Role.STAFF)
    assert log() == []


def test_one_institution_coordinates_at_a_time(admin, log):
    first = add_institution(admin, "satu", "Satu", is_coordinator=True)
    second = add_institution(admin, "dua", "Dua")
    log()
    change_institution(admin, second, "Dua Baru", "Two", True)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("setting.changed", second.id)
    db.session.refresh(first)
    assert (first.is_coordinator, second.is_coordinator) == (False, True)
    assert get_institution_by_slug("dua").name_in("en") == "Two"


def test_institution_slug_is_unique(admin, log):
    add_institution(admin, "satu", "Satu")
    log()
    with pytest.raises(SlugTaken):
        add_institution(admin, "satu", "Lain")
    assert log() == []


def test_only_administrators_change_institutions(app, log):
    office = factories.create_institution()
    log()
    for person in (factories.create_resident(), factories.create_staff(office)):
        with pytest.raises(Refused):
            change_institution(person, office, "Lain", "", False)
    assert [entry.kind for entry in log()] == ["person.joined", "person.joined"]

"""Roles are given and taken by administrators, each time an act, and hold at once."""

import pytest
from sqlalchemy import select

from deliberate.database import db, transient
from deliberate.models import Device
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.responses import institutions as institution_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import institution_named, person_on_device
from deliberate.vocabulary import Role
from tests import factories


@pytest.fixture
def admin(app):
    return factories.staff(role=Role.ADMIN)


def test_a_role_given_is_one_act_and_signs_out_everywhere(admin, log):
    person, office = factories.resident(), factories.an_institution()
    token = account_operations.sign_in(person)
    log()
    account_operations.grant_role(admin, person, Role.STAFF, office)
    (entry,) = log()
    assert (entry.kind, entry.actor_id, entry.details) == (
        "role.granted",
        admin.actor_id,
        {"role": "staff"},
    )
    assert (entry.subject_id, person.institution_id) == (person.id, office.id)
    assert person_on_device(token) is None
    with transient(write=False) as store:
        assert store.scalars(select(Device).where(Device.person_id == person.id)).all() == []


def test_a_role_taken_away_is_one_act_and_signs_out_everywhere(admin, log):
    officer = factories.staff()
    token = account_operations.sign_in(officer)
    log()
    account_operations.revoke_role(admin, officer)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("role.revoked", {"role": "staff"})
    assert (officer.role, officer.institution_id) == (Role.RESIDENT, None)
    assert person_on_device(token) is None
    with pytest.raises(Refused):
        account_operations.revoke_role(admin, officer)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}])
def test_nobody_but_an_administrator_gives_or_takes_roles(app, log, role):
    asker, person = factories.staff(role=role), factories.staff()
    log()
    with pytest.raises(Refused):
        account_operations.grant_role(asker, person, Role.ADMIN)
    with pytest.raises(Refused):
        account_operations.revoke_role(asker, person)
    assert log() == [] and person.role == Role.STAFF


def test_an_administrator_keeps_the_own_role_so_that_one_remains(admin, log):
    log()
    with pytest.raises(Refused):
        account_operations.revoke_role(admin, admin)
    with pytest.raises(Refused):
        account_operations.grant_role(admin, admin, Role.STAFF, factories.an_institution())
    assert log() == []


def test_an_administrator_who_just_lost_the_role_gives_none(admin, log):
    second, person = factories.staff(role=Role.ADMIN), factories.resident()
    account_operations.revoke_role(second, admin)
    log()
    with pytest.raises(Refused):
        account_operations.grant_role(admin, person, Role.ADMIN)
    assert log() == []


def test_staff_work_for_an_institution(admin, log):
    person = factories.resident()
    log()
    with pytest.raises(Refused):
        account_operations.grant_role(admin, person, Role.STAFF)
    assert log() == []


def test_one_institution_coordinates(admin, log):
    first = institution_operations.add_institution(admin, "satu", "Satu", is_coordinator=True)
    second = institution_operations.add_institution(admin, "dua", "Dua")
    log()
    institution_operations.change_institution(admin, second, "Dua Baru", "Two", True)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("setting.changed", second.id)
    db.session.refresh(first)
    assert (first.is_coordinator, second.is_coordinator) == (False, True)
    assert institution_named("dua").name_in("en") == "Two"


def test_two_institutions_never_share_an_address(admin, log):
    institution_operations.add_institution(admin, "satu", "Satu")
    log()
    with pytest.raises(institution_operations.AddressTaken):
        institution_operations.add_institution(admin, "satu", "Lain")
    assert log() == []


def test_residents_and_staff_change_no_institution(app, log):
    office = factories.an_institution()
    log()
    for person in (factories.resident(), factories.staff(office)):
        with pytest.raises(Refused):
            institution_operations.change_institution(person, office, "Lain", "", False)
    assert [entry.kind for entry in log()] == ["person.joined", "person.joined"]

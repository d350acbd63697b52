"""Roles are given and taken by administrators, each time an act, and hold at once."""

import pytest
from sqlalchemy import select

from deliberate.database import db, transient
from deliberate.models import Device
from deliberate.operations import institutions, people
from deliberate.permissions import Refused
from deliberate.queries.people import institution_named, person_on_device
from deliberate.vocabulary import Role
from tests import city


@pytest.fixture
def admin(app):
    return city.staff(role=Role.ADMIN)


def test_a_role_given_is_one_act_and_signs_out_everywhere(admin, log):
    person, office = city.resident(), city.an_institution()
    token = people.sign_in(person)
    log()
    people.grant_role(admin, person, Role.STAFF, office)
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
    officer = city.staff()
    token = people.sign_in(officer)
    log()
    people.revoke_role(admin, officer)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("role.revoked", {"role": "staff"})
    assert (officer.role, officer.institution_id) == (Role.RESIDENT, None)
    assert person_on_device(token) is None
    with pytest.raises(Refused):
        people.revoke_role(admin, officer)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}])
def test_nobody_but_an_administrator_gives_or_takes_roles(app, log, role):
    asker, person = city.staff(role=role), city.staff()
    log()
    with pytest.raises(Refused):
        people.grant_role(asker, person, Role.ADMIN)
    with pytest.raises(Refused):
        people.revoke_role(asker, person)
    assert log() == [] and person.role == Role.STAFF


def test_an_administrator_keeps_the_own_role_so_that_one_remains(admin, log):
    log()
    with pytest.raises(Refused):
        people.revoke_role(admin, admin)
    with pytest.raises(Refused):
        people.grant_role(admin, admin, Role.STAFF, city.an_institution())
    assert log() == []


def test_an_administrator_who_just_lost_the_role_gives_none(admin, log):
    second, person = city.staff(role=Role.ADMIN), city.resident()
    people.revoke_role(second, admin)
    log()
    with pytest.raises(Refused):
        people.grant_role(admin, person, Role.ADMIN)
    assert log() == []


def test_staff_work_for_an_institution(admin, log):
    person = city.resident()
    log()
    with pytest.raises(Refused):
        people.grant_role(admin, person, Role.STAFF)
    assert log() == []


def test_one_institution_coordinates(admin, log):
    first = institutions.add_institution(admin, "satu", "Satu", is_coordinator=True)
    second = institutions.add_institution(admin, "dua", "Dua")
    log()
    institutions.change_institution(admin, second, "Dua Baru", "Two", True)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("setting.changed", second.id)
    db.session.refresh(first)
    assert (first.is_coordinator, second.is_coordinator) == (False, True)
    assert institution_named("dua").name_in("en") == "Two"


def test_two_institutions_never_share_an_address(admin, log):
    institutions.add_institution(admin, "satu", "Satu")
    log()
    with pytest.raises(institutions.AddressTaken):
        institutions.add_institution(admin, "satu", "Lain")
    assert log() == []


def test_residents_and_staff_change_no_institution(app, log):
    office = city.an_institution()
    log()
    for person in (city.resident(), city.staff(office)):
        with pytest.raises(Refused):
            institutions.change_institution(person, office, "Lain", "", False)
    assert [entry.kind for entry in log()] == ["person.joined", "person.joined"]

"""Verification of residents by code and by list, without identity numbers."""

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Notice, Person, ResidentEntry
from deliberate.operations.accounts.email_addresses import change_email, confirm_email
from deliberate.operations.accounts.profiles import move_person
from deliberate.operations.accounts.resident_csv import InvalidResidentList, parse_resident_list
from deliberate.operations.accounts.verified_residents import (
    add_resident_list,
    create_resident_codes,
    end_verification,
    verify_by_code,
)
from deliberate.operations.polls.polls import PollRules
from deliberate.operations.site.rate_limits import SIGN_IN, TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.permissions.polls import may_vote
from deliberate.vocabulary import Electorate, Role, VerificationEndReason
from tests import factories

AREA = "Bumi Harapan"
NIK = "6409012304850003"


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


def person_with_email(address: str, name: str = "", confirmed: bool = True) -> Person:
    person = factories.create_resident(name)
    change_email(person, address)
    if confirmed:
        confirm_email(person.id, address)
    return person


def verification_of(person) -> tuple[bool, str]:
    factories.reload(person)
    return person.verified_at is not None, person.area


def test_resident_code_verifies_one_resident_with_area(admin, log):
    person, second = factories.create_resident(), factories.create_resident()
    log()
    (code,) = create_resident_codes(admin, 1, AREA)
    verify_by_code(person, code.lower().replace("-", " "))
    created, verified = log()
    assert (created.kind, created.details) == ("residents.invited", {"count": 1})
    assert (verified.kind, verified.details) == (
        "resident.verified",
        {"by": "code", "account": person.actor_id},
    )
    assert (verified.actor_id, verification_of(person)) == (person.actor_id, (True, AREA))
    with pytest.raises(Refused):
        verify_by_code(second, code)
    assert (log(), verification_of(second)) == ([], (False, ""))


def test_resident_code_is_stored_as_hash(admin):
    (code,) = create_resident_codes(admin, 1, AREA)
    (entry,) = db.session.scalars(select(ResidentEntry))
    assert code not in entry.key and code.replace("-", "") not in entry.key


def test_verified_resident_votes_in_poll_for_residents(admin):
    person = factories.create_resident()
    (code,) = create_resident_codes(admin, 1, AREA)
    other = factories.create_resident()
    verify_by_code(other, code)
    poll = factories.create_poll(rules=PollRules(electorate=Electorate.VERIFIED))
    assert not may_vote(person, poll)
    assert may_vote(other, poll)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}])
def test_only_administrators_create_codes_and_lists(app, clock, log, role):
    person = factories.create_staff(role=role)
    log()
    with pytest.raises(Refused):
        create_resident_codes(person, 1, AREA)
    with pytest.raises(Refused):
        add_resident_list(person, {"ani@contoh.id": AREA})
    assert log() == []


@pytest.mark.parametrize("number", [0, -1, 1001])
def test_number_of_resident_codes_is_limited(admin, log, number):
    with pytest.raises(Refused):
        create_resident_codes(admin, number, AREA)


def test_area_that_looks_like_identity_number_is_refused(admin, log):
    log()
    with pytest.raises(Refused):
        create_resident_codes(admin, 1, NIK)
    assert log() == []


def test_resident_code_attempts_are_limited(admin):
    person = factories.create_resident()
    for _try in range(SIGN_IN.account):
        with pytest.raises(Refused):
            verify_by_code(person, "AAAA-BBBB-CCCC-DDDD")
    (code,) = create_resident_codes(admin, 1, AREA)
    with pytest.raises(TooManyAttempts):
        verify_by_code(person, code)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_accounts_with_role_are_not_verified(admin, role):
    (code,) = create_resident_codes(admin, 1, AREA)
    with pytest.raises(Refused):
        verify_by_code(factories.create_staff(role=role), code)


def test_confirmed_address_is_verified_when_listed(admin, log):
    person, unconfirmed = (
        person_with_email("Ani@Contoh.id"),
        person_with_email("budi@contoh.id", confirmed=False),
    )
    log()
    areas = {"ani@contoh.id": AREA, "budi@contoh.id": AREA, "cici@contoh.id": "Sepaku"}
    assert add_resident_list(admin, areas) == 1
    listed, verified = log()
    assert (listed.kind, listed.details) == ("residents.listed", {"count": 3})
    assert (verified.kind, verified.details, verified.cause) == (
        "resident.verified",
        {"by": "list", "account": person.actor_id},
        listed.id,
    )
    assert (verification_of(person), verification_of(unconfirmed)) == ((True, AREA), (False, ""))
    told = db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)).all()
    assert "resident.verified" in told


def test_listed_address_is_verified_when_confirmed(admin, log):
    add_resident_list(admin, {"budi@contoh.id": AREA})
    log()
    person = person_with_email("budi@contoh.id")
    assert verification_of(person) == (True, AREA)
    (verified,) = [entry for entry in log() if entry.kind == "resident.verified"]
    details = {"by": "list", "account": person.actor_id}
    assert (verified.details, verified.actor_id) == (details, person.actor_id)


def test_listed_address_verifies_one_account(admin):
    add_resident_list(admin, {"keluarga@contoh.id": AREA})
    first, second = person_with_email("keluarga@contoh.id"), person_with_email("keluarga@contoh.id")
    assert (verification_of(first)[0], verification_of(second)[0]) == (True, False)
    add_resident_list(admin, {"keluarga@contoh.id": AREA})
    assert not verification_of(second)[0]


def test_shared_mailbox_verifies_no_account(admin):
    first, second = person_with_email("keluarga@contoh.id"), person_with_email("keluarga@contoh.id")
    assert add_resident_list(admin, {"keluarga@contoh.id": AREA}) == 0
    assert (verification_of(first)[0], verification_of(second)[0]) == (False, False)


def test_listed_address_is_stored_as_keyed_hash(admin):
    add_resident_list(admin, {"ani@contoh.id": AREA})
    (entry,) = db.session.scalars(select(ResidentEntry))
    assert "ani" not in entry.key and len(entry.key) == 64


def test_list_of_a_thousand_addresses_is_added(admin, log):
    areas = {f"warga{n}@contoh.id": AREA for n in range(1000)}
    assert add_resident_list(admin, areas) == 0
    assert len(db.session.scalars(select(ResidentEntry)).all()) == 1000


def test_verified_area_cannot_be_changed_by_person(admin, log):
    person = factories.create_resident()
    (code,) = create_resident_codes(admin, 1, AREA)
    verify_by_code(person, code)
    log()
    with pytest.raises(Refused):
        move_person(person, "Sepaku")
    assert (log(), verification_of(person)[1]) == ([], AREA)


def test_administrator_ends_verification_with_reason(admin, log):
    person = factories.create_resident()
    (code,) = create_resident_codes(admin, 1, AREA)
    verify_by_code(person, code)
    log()
    end_verification(admin, person, VerificationEndReason.MOVED)
    (entry,) = log()
    assert (entry.kind, entry.details) == (
        "verification.ended",
        {"reason": "moved", "account": person.actor_id},
    )
    assert verification_of(person) == (False, AREA)
    move_person(person, "Sepaku")
    with pytest.raises(Refused):
        end_verification(admin, person, VerificationEndReason.MOVED)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESIDENT])
def test_others_cannot_end_verification(app, clock, log, role):
    person, other = factories.create_resident(), factories.create_staff(role=role)
    with unrecorded("test settings") as session:
        session.get_one(Person, person.id).verified_at = now()
    log()
    with pytest.raises(Refused):
        end_verification(other, person, VerificationEndReason.MISTAKE)
    assert (log(), verification_of(person)[0]) == ([], True)


@pytest.mark.parametrize(
    "written",
    [
        f"email,area\nAni@contoh.id,{AREA}\nbudi@contoh.id,Sepaku\n",
        f"area;email\n{AREA};ani@contoh.id\nSepaku;budi@contoh.id",
        f"\ufeffSurel\tDesa\nani@contoh.id\t{AREA}\nbudi@contoh.id\tSepaku\n\t\n",
        f"ani@contoh.id,{AREA}\nbudi@contoh.id,Sepaku",
    ],
)
def test_resident_list_is_parsed_in_any_format(app, written):
    table = parse_resident_list(written)
    assert table.areas == {"ani@contoh.id": AREA, "budi@contoh.id": "Sepaku"}
    assert (table.problems, table.ignored_columns) == ([], [])


def test_resident_list_names_ignored_columns(app):
    table = parse_resident_list(f"NIK,nama,email,area\n{NIK},Ani,ani@contoh.id,{AREA}\n")
    assert table.areas == {"ani@contoh.id": AREA}
    assert table.ignored_columns == ["NIK", "nama"]
    assert NIK not in repr(table)


@pytest.mark.parametrize("number", [NIK, "6409 0123 0485 0003", "64.0901.230485.0003"])
def test_resident_list_refuses_identity_numbers(app, number):
    table = parse_resident_list(f"email,area\nani@contoh.id,{number}\n{number},Sepaku")
    assert (table.areas, [line for line, _why in table.problems]) == ({}, [2, 3])
    assert number not in repr(table)


@pytest.mark.parametrize(
    "written", ["", "nama,umur\nAni,30", 'email\n"ani', "x" * 10, "email,area\na@b.id,Pu\ufffd"]
)
def test_invalid_resident_list_is_refused_with_message(app, written):
    with pytest.raises(InvalidResidentList):
        parse_resident_list(written)


def test_resident_list_reports_wrong_lines(app):
    table = parse_resident_list("email,area\nani(at)contoh.id,X\nani@contoh.id,A\nANI@contoh.id,B")
    assert [line for line, _why in table.problems] == [2, 4]

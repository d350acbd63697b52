"""Verified residents: by a code that counts once, by a list of confirmed addresses; never a NIK."""

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Notice, Person, ResidentEntry
from deliberate.operations.accounts import email_addresses as email_addresse_operations
from deliberate.operations.accounts import profiles as profile_operations
from deliberate.operations.accounts import verified_residents as verified_resident_operations
from deliberate.operations.accounts.resident_csv import NoList, read_residents
from deliberate.operations.accounts.sign_in import TRIES_OF_ACCOUNT, TooManyAttempts
from deliberate.operations.accounts.verification_codes import verify_by_code
from deliberate.operations.polls.polls import Rules
from deliberate.permissions.decision import Refused
from deliberate.permissions.polls import may_vote
from deliberate.vocabulary import Electorate, Role, VerificationEnd
from tests import factories

AREA = "Bumi Harapan"
NIK = "6409012304850003"


@pytest.fixture
def admin(app, clock):
    return factories.staff(role=Role.ADMIN)


def at(address: str, name: str = "", confirmed: bool = True) -> Person:
    person = factories.resident(name)
    email_addresse_operations.change_email(person, address)
    if confirmed:
        email_addresse_operations.confirm_address(person.id, address)
    return person


def standing(person) -> tuple[bool, str]:
    factories.again(person)
    return person.verified_at is not None, person.area


# --- codes ---------------------------------------------------------------------------------------


def test_a_code_makes_one_resident_verified_with_an_area(admin, log):
    person, second = factories.resident(), factories.resident()
    log()
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    verify_by_code(person, code.lower().replace("-", " "))
    made, verified = log()
    assert (made.kind, made.details) == ("residents.invited", {"count": 1})
    assert (verified.kind, verified.details) == ("resident.verified", {"by": "code"})
    assert (verified.actor_id, standing(person)) == (person.actor_id, (True, AREA))
    with pytest.raises(Refused):
        verify_by_code(second, code)
    assert (log(), standing(second)) == ([], (False, ""))


def test_of_a_code_its_hash_alone_is_kept(admin):
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    (entry,) = db.session.scalars(select(ResidentEntry))
    assert code not in entry.key and code.replace("-", "") not in entry.key


def test_a_verified_resident_votes_where_others_do_not(admin):
    person = factories.resident()
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    other = factories.resident()
    verify_by_code(other, code)
    poll = factories.a_poll(rules=Rules(electorate=Electorate.VERIFIED))
    assert not may_vote(person, poll)
    assert may_vote(other, poll)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}])
def test_administrators_alone_make_codes_and_lists(app, clock, log, role):
    person = factories.staff(role=role)
    log()
    with pytest.raises(Refused):
        verified_resident_operations.make_resident_codes(person, 1, AREA)
    with pytest.raises(Refused):
        verified_resident_operations.list_residents(person, {"ani@contoh.id": AREA})
    assert log() == []


@pytest.mark.parametrize("number", [0, -1, 1001])
def test_so_many_codes_are_made_at_once(admin, log, number):
    with pytest.raises(Refused):
        verified_resident_operations.make_resident_codes(admin, number, AREA)


def test_an_area_that_is_an_identity_number_is_refused(admin, log):
    log()
    with pytest.raises(Refused):
        verified_resident_operations.make_resident_codes(admin, 1, NIK)
    assert log() == []


def test_guessing_codes_comes_to_a_wait(admin):
    person = factories.resident()
    for _try in range(TRIES_OF_ACCOUNT):
        with pytest.raises(Refused):
            verify_by_code(person, "AAAA-BBBB-CCCC-DDDD")
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    with pytest.raises(TooManyAttempts):
        verify_by_code(person, code)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_whoever_works_here_is_not_a_verified_resident(admin, role):
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    with pytest.raises(Refused):
        verify_by_code(factories.staff(role=role), code)


# --- lists ---------------------------------------------------------------------------------------


def test_whoever_confirmed_a_listed_address_is_verified_at_once(admin, log):
    person, unconfirmed = at("Ani@Contoh.id"), at("budi@contoh.id", confirmed=False)
    log()
    areas = {"ani@contoh.id": AREA, "budi@contoh.id": AREA, "cici@contoh.id": "Sepaku"}
    assert verified_resident_operations.list_residents(admin, areas) == 1
    listed, verified = log()
    assert (listed.kind, listed.details) == ("residents.listed", {"count": 3})
    assert (verified.kind, verified.details, verified.cause) == (
        "resident.verified",
        {"by": "list"},
        listed.id,
    )
    assert (standing(person), standing(unconfirmed)) == ((True, AREA), (False, ""))
    told = db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)).all()
    assert "resident.verified" in told


def test_others_are_verified_when_they_confirm_it(admin, log):
    verified_resident_operations.list_residents(admin, {"budi@contoh.id": AREA})
    log()
    person = at("budi@contoh.id")
    assert standing(person) == (True, AREA)
    (verified,) = [entry for entry in log() if entry.kind == "resident.verified"]
    assert (verified.details, verified.actor_id) == ({"by": "list"}, person.actor_id)


def test_an_address_is_one_resident(admin):
    verified_resident_operations.list_residents(admin, {"keluarga@contoh.id": AREA})
    first, second = at("keluarga@contoh.id"), at("keluarga@contoh.id")
    assert (standing(first)[0], standing(second)[0]) == (True, False)
    verified_resident_operations.list_residents(admin, {"keluarga@contoh.id": AREA})
    assert not standing(second)[0]


def test_of_several_accounts_at_one_mailbox_nobody_is_chosen(admin):
    first, second = at("keluarga@contoh.id"), at("keluarga@contoh.id")
    assert verified_resident_operations.list_residents(admin, {"keluarga@contoh.id": AREA}) == 0
    assert (standing(first)[0], standing(second)[0]) == (False, False)


def test_of_an_address_a_keyed_hash_alone_is_kept(admin):
    verified_resident_operations.list_residents(admin, {"ani@contoh.id": AREA})
    (entry,) = db.session.scalars(select(ResidentEntry))
    assert "ani" not in entry.key and len(entry.key) == 64


def test_a_thousand_addresses_go_in_at_once(admin, log):
    areas = {f"warga{n}@contoh.id": AREA for n in range(1000)}
    assert verified_resident_operations.list_residents(admin, areas) == 0
    assert len(db.session.scalars(select(ResidentEntry)).all()) == 1000


# --- the area, and the way back ------------------------------------------------------------------


def test_a_verified_area_is_not_changed_by_its_person(admin, log):
    person = factories.resident()
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    verify_by_code(person, code)
    log()
    with pytest.raises(Refused):
        profile_operations.move_person(person, "Sepaku")
    assert (log(), standing(person)[1]) == ([], AREA)


def test_an_administrator_takes_it_back_with_a_reason(admin, log):
    person = factories.resident()
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    verify_by_code(person, code)
    log()
    verified_resident_operations.end_verification(admin, person, VerificationEnd.MOVED)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("verification.ended", {"reason": "moved"})
    assert standing(person) == (False, AREA)
    profile_operations.move_person(person, "Sepaku")
    with pytest.raises(Refused):
        verified_resident_operations.end_verification(admin, person, VerificationEnd.MOVED)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESIDENT])
def test_nobody_else_takes_it_back(app, clock, log, role):
    person, other = factories.resident(), factories.staff(role=role)
    with unrecorded("test settings") as session:
        session.get_one(Person, person.id).verified_at = now()
    log()
    with pytest.raises(Refused):
        verified_resident_operations.end_verification(other, person, VerificationEnd.MISTAKE)
    assert (log(), standing(person)[0]) == ([], True)


# --- reading a list ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        f"email,area\nAni@contoh.id,{AREA}\nbudi@contoh.id,Sepaku\n",
        f"area;email\n{AREA};ani@contoh.id\nSepaku;budi@contoh.id",
        f"\ufeffSurel\tDesa\nani@contoh.id\t{AREA}\nbudi@contoh.id\tSepaku\n\t\n",
        f"ani@contoh.id,{AREA}\nbudi@contoh.id,Sepaku",
    ],
)
def test_a_list_is_read_however_it_is_written(app, written):
    table = read_residents(written)
    assert table.areas == {"ani@contoh.id": AREA, "budi@contoh.id": "Sepaku"}
    assert (table.problems, table.unread) == ([], [])


def test_other_columns_are_not_read_but_named(app):
    table = read_residents(f"NIK,nama,email,area\n{NIK},Ani,ani@contoh.id,{AREA}\n")
    assert table.areas == {"ani@contoh.id": AREA}
    assert table.unread == ["NIK", "nama"]
    assert NIK not in repr(table)


@pytest.mark.parametrize("number", [NIK, "6409 0123 0485 0003", "64.0901.230485.0003"])
def test_an_identity_number_in_a_column_that_is_read_is_refused(app, number):
    table = read_residents(f"email,area\nani@contoh.id,{number}\n{number},Sepaku")
    assert (table.areas, [line for line, _why in table.problems]) == ({}, [2, 3])
    assert number not in repr(table)


@pytest.mark.parametrize("written", ["", "nama,umur\nAni,30", 'email\n"ani', "x" * 10])
def test_what_is_no_list_is_refused_with_words(app, written):
    with pytest.raises(NoList):
        read_residents(written)


def test_wrong_lines_are_named(app):
    table = read_residents("email,area\nani(at)contoh.id,X\nani@contoh.id,A\nANI@contoh.id,B")
    assert [line for line, _why in table.problems] == [2, 4]

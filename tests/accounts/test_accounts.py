"""Joining, signing in and out, and what people change about their account."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import email_addresses as email_addresse_operations
from deliberate.operations.accounts import profiles as profile_operations
from deliberate.operations.accounts.accounts import NameTaken
from deliberate.operations.accounts.sign_in import (
    TRIES_OF_ACCOUNT,
    TRIES_OF_NETWORK,
    InvalidCredentials,
    TooManyAttempts,
    network_of,
    sign_in_by_passphrase,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_on_device
from deliberate.vocabulary import Role
from tests import factories
from tests.factories import PASSPHRASE

HOME = "203.0.113.5"


def enter(name: str, passphrase: str = PASSPHRASE, **more: object):
    return sign_in_by_passphrase(name, passphrase, **{"network": HOME, **more})


def fail(times: int, name: str = "dwi", network: str = HOME, **more: object) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            enter(name, "bukan yang benar sama sekali", network=network, **more)


def test_joining_leaves_one_row_without_a_name(app, log):
    person = account_operations.join("Dwi.H", "Dwi Hartati", PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == (
        "person.joined",
        person.id,
        {"terms": 1},
    )
    assert person.sign_in_name == "dwi.h"


def test_joining_in_a_browser_signs_it_in_with_the_same_act(app, log):
    person, token = account_operations.join_on_device("dwi", "Dwi", PASSPHRASE)
    assert person_on_device(token) == person
    assert [entry.kind for entry in log()] == ["person.joined"]


@pytest.mark.parametrize("like", ["DWI", "Dwі", "Dwi\u200b", "D.w.i", "Dwí"])
def test_a_name_that_looks_like_anothers_is_refused(app, like):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    with pytest.raises(NameTaken) as refused:
        account_operations.join("lain", like, PASSPHRASE)
    assert refused.value.field == "display_name"


@pytest.mark.parametrize(
    "like", ["lsmail Ali", "Ismai1 Ali", "ISMAIL ALI", "IsmaiI AIi", "Ismail AIi"]
)
def test_letters_that_look_the_same_are_the_same(app, like):
    account_operations.join("ismail", "Ismail Ali", PASSPHRASE)
    with pytest.raises(NameTaken):
        account_operations.join("lain", like, PASSPHRASE)


def test_names_that_only_sound_alike_are_both_welcome(app):
    for number, name in enumerate(["Lia", "Ila", "Ema", "Erna", "Ali"]):
        assert account_operations.join(f"warga{number}", name, PASSPHRASE).display_name == name


def test_a_sign_in_name_is_taken_once_whatever_its_case(app):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    with pytest.raises(NameTaken) as refused:
        account_operations.join("DWI", "Orang lain", PASSPHRASE)
    assert refused.value.field == "sign_in_name"


@pytest.mark.parametrize("name", ["Moderator", "Kantor Air", "kantor аir"])
def test_nobody_passes_for_an_office(app, name):
    factories.an_institution("Air")
    with pytest.raises(NameTaken):
        account_operations.join("dwi", name, PASSPHRASE)


def test_a_weak_passphrase_opens_no_account(app, log):
    with pytest.raises(Refused):
        account_operations.join("dwi", "Dwi", "katasandirahasia")
    assert log() == []


def test_the_right_words_open_the_account_and_the_wrong_do_not(app):
    person = account_operations.join("dwi", "Dwi", PASSPHRASE)
    assert enter("DWI ")[0] == person
    fail(1, "dwi")
    fail(1, "nobody")


def test_accents_may_be_typed_either_way(app):
    account_operations.join("dwi", "Dwi", "kopi pahit di café rumah")
    assert enter("dwi", "kopi pahit di cafe\u0301 rumah")


def test_signing_in_leaves_one_row_and_gives_a_token_of_its_own_each_time(app, log):
    person = factories.resident()
    log()
    tokens = {enter(person.sign_in_name)[1] for _ in range(2)}
    assert len(tokens) == 2
    assert [entry.kind for entry in log()] == ["person.signed_in"] * 2


def test_the_token_a_browser_had_before_is_worth_nothing(app):
    person = factories.resident()
    old = enter(person.sign_in_name)[1]
    new = enter(person.sign_in_name, leaving=old)[1]
    assert person_on_device(old) is None
    assert person_on_device(new) == person


def test_signing_out_ends_this_device_alone(app, log):
    person = factories.resident()
    here, there = account_operations.sign_in(person), account_operations.sign_in(person)
    log()
    account_operations.sign_out(person, here)
    (entry,) = log()
    assert entry.kind == "person.signed_out"
    assert person_on_device(here) is None
    assert person_on_device(there) == person


def test_residents_stay_thirty_days(app, clock):
    token = account_operations.sign_in(factories.resident())
    clock.shift(timedelta(days=29))
    assert person_on_device(token)
    clock.shift(timedelta(days=2))
    assert person_on_device(token) is None


def test_staff_stay_half_an_hour_when_idle(app, clock):
    token = account_operations.sign_in(factories.staff())
    clock.shift(timedelta(minutes=29))
    account_operations.note_device(token)
    clock.shift(timedelta(minutes=29))
    assert person_on_device(token)
    clock.shift(timedelta(minutes=31))
    assert person_on_device(token) is None


def test_a_new_role_signs_every_device_out(app, log):
    person = factories.resident()
    token = account_operations.sign_in(person)
    log()
    account_operations.grant_role(None, person, Role.MODERATOR)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("role.granted", {"role": "moderator"})
    assert person_on_device(token) is None


# --- tries ---------------------------------------------------------------------------------------


def test_after_ten_wrong_tries_one_waits_even_with_the_right_words(app, clock):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    fail(TRIES_OF_ACCOUNT)
    with pytest.raises(TooManyAttempts) as refused:
        enter("dwi")
    assert refused.value.again_at == now() + timedelta(minutes=1)
    clock.shift(timedelta(minutes=1, seconds=1))
    assert enter("dwi")


def test_waits_grow(app, clock):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    fail(TRIES_OF_ACCOUNT)
    waits = []
    for _ in range(8):
        with pytest.raises(TooManyAttempts) as refused:
            enter("dwi")
        waits.append(int((refused.value.again_at - now()).total_seconds() / 60))
        clock.move_to(refused.value.again_at)
        fail(1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_names_that_do_not_exist_are_counted_the_same(app, clock):
    fail(TRIES_OF_ACCOUNT, "nobody")
    with pytest.raises(TooManyAttempts):
        enter("nobody")


def test_somebody_elsewhere_is_not_locked_out(app, clock):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    fail(TRIES_OF_ACCOUNT)
    assert enter("dwi", network="198.51.100.7")


def test_a_device_that_signed_in_before_is_not_locked_out(app, clock):
    person = account_operations.join("dwi", "Dwi", PASSPHRASE)
    fail(TRIES_OF_ACCOUNT)
    assert enter("dwi", marks=[person.device_mark])
    with pytest.raises(TooManyAttempts):
        enter("dwi", marks=["mark of somebody else"])


def test_a_known_device_has_no_endless_tries_either(app, clock):
    person = account_operations.join("dwi", "Dwi", PASSPHRASE)
    fail(TRIES_OF_ACCOUNT, marks=[person.device_mark])
    with pytest.raises(TooManyAttempts):
        enter("dwi", marks=[person.device_mark])


def test_trying_many_names_from_one_network_ends_too(app, clock):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    for number in range(TRIES_OF_NETWORK):
        fail(1, f"name{number}")
    with pytest.raises(TooManyAttempts):
        enter("dwi")


def test_signing_in_between_gives_a_guesser_no_new_tries(app, clock):
    account_operations.join("dwi", "Dwi", PASSPHRASE)
    for number in range(TRIES_OF_NETWORK):
        fail(1, f"name{number}")
        if number % 7 == 1:
            enter("dwi")
    with pytest.raises(TooManyAttempts):
        enter("dwi")


def test_wrong_tries_are_forgotten_after_a_day(app, clock):
    fail(TRIES_OF_ACCOUNT - 1)
    clock.shift(timedelta(hours=25))
    fail(TRIES_OF_ACCOUNT)


def test_one_household_of_ipv6_is_one_network():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network_of("203.0.113.5") != network_of("203.0.113.6")
    assert network_of("") == "unknown"


# --- profiles ------------------------------------------------------------------------------------


def test_another_name_stands_beside_old_texts_and_not_in_the_log(app, log):
    person = factories.resident("Dwi")
    log()
    profile_operations.rename_person(person, "Warga Sepaku")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("person.renamed", {})
    assert person.display_name == "Warga Sepaku"


def test_one_may_write_ones_own_name_otherwise(app):
    person = factories.resident("Dwi")
    profile_operations.rename_person(person, "DWI")
    assert person.display_name == "DWI"


def test_nobody_takes_anothers_name_later(app, log):
    factories.resident("Dwi")
    other = factories.resident("Ratna")
    log()
    with pytest.raises(NameTaken):
        profile_operations.rename_person(other, "D-w-i")
    factories.again(other)
    assert (other.display_name, log()) == ("Ratna", [])


def test_email_is_given_and_taken_away_without_standing_in_the_log(app, log):
    person = factories.resident()
    log()
    email_addresse_operations.change_email(person, "dwi@example.org")
    email_addresse_operations.change_email(person, "")
    assert [(entry.kind, entry.details) for entry in log()] == [
        ("email.changed", {"given": 1}),
        ("email.changed", {"given": 0}),
    ]
    assert person.email is None


def test_the_area_is_changed_in_one_act(app, log):
    person = factories.resident()
    log()
    profile_operations.move_person(person, "Bumi  Harapan")
    (entry,) = log()
    assert (entry.kind, person.area) == ("person.moved", "Bumi Harapan")


def test_consent_is_off_until_given(app, log):
    person = factories.resident()
    assert person.research_consent is False
    log()
    account_operations.change_consent(person, True)
    (entry,) = log()
    assert (entry.details, person.research_consent) == ({"research": 1}, True)


def test_a_new_passphrase_signs_the_other_devices_out(app, log):
    person = factories.resident()
    here, there = account_operations.sign_in(person), account_operations.sign_in(person)
    log()
    profile_operations.change_passphrase(person, PASSPHRASE, "tujuh perahu biru di teluk", here)
    (entry,) = log()
    assert entry.kind == "passphrase.changed"
    assert person_on_device(here) == person
    assert person_on_device(there) is None
    assert enter(person.sign_in_name, "tujuh perahu biru di teluk")


def test_without_the_present_passphrase_it_stays(app, log):
    person = factories.resident()
    log()
    with pytest.raises(InvalidCredentials):
        profile_operations.change_passphrase(
            person, "salah sama sekali ya", "tujuh perahu biru di teluk"
        )
    with pytest.raises(Refused):
        profile_operations.change_passphrase(person, PASSPHRASE, "pendek")
    assert log() == []

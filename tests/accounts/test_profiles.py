"""Changes to the profile: name, e-mail address, area, consent, passphrase."""

import pytest

from deliberate.operations.accounts import devices
from deliberate.operations.accounts.email_addresses import change_email
from deliberate.operations.accounts.profiles import (
    change_consent,
    change_passphrase,
    move_person,
    rename_person,
)
from deliberate.operations.accounts.registration import NameTaken
from deliberate.operations.accounts.sign_in import InvalidCredentials, sign_in_by_passphrase
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import get_person_by_device_token
from tests import factories
from tests.factories import PASSPHRASE

NETWORK = "203.0.113.5"


def enter_passphrase(name: str, passphrase: str = PASSPHRASE, **more: object):
    return sign_in_by_passphrase(name, passphrase, context=factories.request_from(NETWORK), **more)


def test_rename_changes_display_name_without_logging_it(app, log):
    person = factories.create_resident("Dwi")
    log()
    rename_person(person, "Warga Sepaku")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("person.renamed", {})
    assert person.display_name == "Warga Sepaku"


def test_rename_allows_other_spelling_of_own_name(app):
    person = factories.create_resident("Dwi")
    rename_person(person, "DWI")
    assert person.display_name == "DWI"


def test_rename_refuses_name_of_another_account(app, log):
    factories.create_resident("Dwi")
    other = factories.create_resident("Ratna")
    log()
    with pytest.raises(NameTaken):
        rename_person(other, "D-w-i")
    factories.reload(other)
    assert (other.display_name, log()) == ("Ratna", [])


def test_email_is_set_and_removed_without_logging_it(app, log):
    person = factories.create_resident()
    log()
    change_email(person, "dwi@example.org")
    change_email(person, "")
    assert [(entry.kind, entry.details) for entry in log()] == [
        ("email.changed", {"given": 1}),
        ("email.changed", {"given": 0}),
    ]
    assert person.email is None


def test_area_change_records_one_act(app, log):
    person = factories.create_resident()
    log()
    move_person(person, "Bumi  Harapan")
    (entry,) = log()
    assert (entry.kind, person.area) == ("person.moved", "Bumi Harapan")


def test_consent_is_off_by_default(app, log):
    person = factories.create_resident()
    assert person.research_consent is False
    log()
    change_consent(person, True)
    (entry,) = log()
    assert (entry.details, person.research_consent) == ({"research": 1}, True)


def test_passphrase_change_signs_out_other_devices(app, log):
    person = factories.create_resident()
    here, there = devices.sign_in(person), devices.sign_in(person)
    log()
    change_passphrase(person, PASSPHRASE, "tujuh perahu biru di teluk", here)
    (entry,) = log()
    assert entry.kind == "passphrase.changed"
    assert get_person_by_device_token(here) == person
    assert get_person_by_device_token(there) is None
    assert enter_passphrase(person.sign_in_name, "tujuh perahu biru di teluk")


def test_passphrase_change_refuses_wrong_or_weak_passphrase(app, log):
    person = factories.create_resident()
    log()
    with pytest.raises(InvalidCredentials):
        change_passphrase(person, "salah sama sekali ya", "tujuh perahu biru di teluk")
    with pytest.raises(Refused):
        change_passphrase(person, PASSPHRASE, "pendek")
    assert log() == []

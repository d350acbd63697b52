"""Registration: joining, and names that are taken or look alike."""

import pytest

from deliberate.operations.accounts import registration
from deliberate.operations.accounts.registration import NameTaken, join, join_and_sign_in
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import get_person_by_device_token
from tests import factories
from tests.factories import PASSPHRASE


def test_join_records_one_row_without_name(app, log):
    person = join("Dwi.H", "Dwi Hartati", PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == (
        "person.joined",
        person.id,
        {"terms": 1},
    )
    assert person.sign_in_name == "dwi.h"


def test_join_and_sign_in_records_one_act(app, log):
    person, token = join_and_sign_in("dwi", "Dwi", PASSPHRASE)
    assert get_person_by_device_token(token) == person
    assert [entry.kind for entry in log()] == ["person.joined"]


@pytest.mark.parametrize("like", ["DWI", "Dwі", "Dwi\u200b", "D.w.i", "Dwí"])
def test_display_name_that_looks_like_another_is_refused(app, like):
    join("dwi", "Dwi", PASSPHRASE)
    with pytest.raises(NameTaken) as refused:
        join("lain", like, PASSPHRASE)
    assert refused.value.field == "display_name"


@pytest.mark.parametrize(
    "like", ["lsmail Ali", "Ismai1 Ali", "ISMAIL ALI", "IsmaiI AIi", "Ismail AIi"]
)
def test_display_names_with_confusable_letters_are_equal(app, like):
    join("ismail", "Ismail Ali", PASSPHRASE)
    with pytest.raises(NameTaken):
        join("lain", like, PASSPHRASE)


@pytest.mark.parametrize(
    ("name", "display", "passphrase", "email"),
    [
        ("dwi", "Orang lain", PASSPHRASE, None),
        ("lain", "DWI", PASSPHRASE, None),
        ("lain", "Orang lain", "pendek", None),
        ("lain", "Orang lain", PASSPHRASE, "a..b@c.org"),
    ],
)
def test_passphrase_is_hashed_only_after_everything_else_is_checked(
    app, monkeypatch, name, display, passphrase, email
):
    join("dwi", "Dwi", PASSPHRASE)
    hashed = []
    monkeypatch.setattr(registration, "hash_passphrase", lambda text: hashed.append(text) or "x")
    with pytest.raises((NameTaken, Refused)):
        join(name, display, passphrase, email=email)
    assert hashed == []
    join("lain", "Orang lain", PASSPHRASE)
    assert hashed == [PASSPHRASE]


def test_display_names_that_only_sound_alike_are_allowed(app):
    for number, name in enumerate(["Lia", "Ila", "Ema", "Erna", "Ali"]):
        assert join(f"warga{number}", name, PASSPHRASE).display_name == name


def test_sign_in_name_is_unique_in_any_case(app):
    join("dwi", "Dwi", PASSPHRASE)
    with pytest.raises(NameTaken) as refused:
        join("DWI", "Orang lain", PASSPHRASE)
    assert refused.value.field == "sign_in_name"


@pytest.mark.parametrize("name", ["Moderator", "Kantor Air", "kantor аir"])
def test_display_name_of_institution_or_role_is_refused(app, name):
    factories.create_institution("Air")
    with pytest.raises(NameTaken):
        join("dwi", name, PASSPHRASE)


def test_join_refuses_weak_passphrase(app, log):
    with pytest.raises(Refused):
        join("dwi", "Dwi", "katasandirahasia")
    assert log() == []

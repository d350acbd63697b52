"""The command `deliberate user create`."""

import json

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person
from deliberate.operations.accounts.passphrases import authenticate
from tests import factories

PASSPHRASE = "jendela hujan sepeda kuning"


def run_create(app, *arguments, passphrase=PASSPHRASE):
    return app.test_cli_runner().invoke(
        args=["user", "create", *arguments], input=passphrase + "\n"
    )


def test_user_create_makes_administrator_who_can_sign_in(app, log):
    result = run_create(app, "kepala", "--role", "admin", "--display-name", "Kepala Kota", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["role"] == "admin"
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == ("person.joined", "admin")
    person = authenticate("kepala", PASSPHRASE)
    assert person is not None and person.display_name == "Kepala Kota"


def test_user_create_makes_staff_with_new_institution(app, log):
    result = run_create(
        app, "tini", "--role", "staff", "--institution", "dinas-air", "--new", "Dinas Air"
    )
    assert (result.exit_code, result.output) == (0, "")
    assert [entry.kind for entry in log()] == ["setting.changed", "person.joined"]
    assert db.session.scalars(select(Person)).one().institution.name == "Dinas Air"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["a", "--role", "staff"], 2, "--institution SLUG is required"),
        (["a", "--role", "king"], 2, "'king' is not one of"),
        (["a", "--role", "admin", "--new", "X"], 2, "--institution SLUG"),
        (["a", "--role", "staff", "--institution", "nirgends"], 1, "nirgends does not exist"),
    ],
)
def test_user_create_reports_errors_in_one_line(app, log, arguments, exit_code, message):
    result = run_create(app, *arguments)
    assert (result.exit_code, log()) == (exit_code, [])
    assert message in result.output


def test_user_create_refuses_weak_passphrase_and_taken_name(app, log):
    assert run_create(app, "tini", "--role", "admin", passphrase="pendek").exit_code == 1
    factories.create_resident("Sari")
    log()
    result = run_create(app, "lain", "--role", "admin", "--display-name", "Sari")
    assert (result.exit_code, log()) == (1, [])
    assert "display name “Sari”" in result.output


def test_user_create_names_the_value_that_cannot_be_taken(app, log):
    result = run_create(app, "admin", "--role", "admin")
    assert (result.exit_code, log()) == (1, [])
    assert "display name “admin”" in result.output and "--display-name" in result.output
    run_create(app, "tini", "--role", "admin", "--display-name", "Tini Satu")
    result = run_create(app, "tini", "--role", "admin", "--display-name", "Tini Dua")
    assert "sign-in name “tini” is taken" in result.output

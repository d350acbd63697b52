"""The command `deliberate user create`."""

import json

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person
from deliberate.operations.accounts.passphrases import authenticate
from tests import factories

PASSPHRASE = "jendela hujan sepeda kuning"


def run_create(app, *words, passphrase=PASSPHRASE):
    return app.test_cli_runner().invoke(args=["user", "create", *words], input=passphrase + "\n")


def test_user_create_makes_administrator_who_can_sign_in(app, log):
    done = run_create(app, "kepala", "--role", "admin", "--display-name", "Kepala Kota", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["role"] == "admin"
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == ("person.joined", "admin")
    found = authenticate("kepala", PASSPHRASE)
    assert found is not None and found.display_name == "Kepala Kota"


def test_user_create_makes_staff_with_new_institution(app, log):
    done = run_create(
        app, "tini", "--role", "staff", "--institution", "dinas-air", "--new", "Dinas Air"
    )
    assert (done.exit_code, done.output) == (0, "")
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
    done = run_create(app, *arguments)
    assert (done.exit_code, log()) == (exit_code, [])
    assert message in done.output


def test_user_create_refuses_weak_passphrase_and_taken_name(app, log):
    assert run_create(app, "tini", "--role", "admin", passphrase="pendek").exit_code == 1
    factories.create_resident("Sari")
    log()
    done = run_create(app, "lain", "--role", "admin", "--display-name", "Sari")
    assert (done.exit_code, log()) == (1, [])
    assert "taken" in done.output

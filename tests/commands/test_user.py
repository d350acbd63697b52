"""Accounts are made at a terminal, with a role and an institution."""

import json

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person
from deliberate.operations.accounts import accounts as account_operations
from tests import factories

WORDS = "jendela hujan sepeda kuning"


def create(app, *words, passphrase=WORDS):
    return app.test_cli_runner().invoke(args=["user", "create", *words], input=passphrase + "\n")


def test_the_first_administrator_can_sign_in(app, log):
    done = create(app, "kepala", "--role", "admin", "--display-name", "Kepala Kota", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["role"] == "admin"
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == ("person.joined", "admin")
    found = account_operations.authenticate("kepala", WORDS)
    assert found is not None and found.display_name == "Kepala Kota"


def test_staff_come_with_a_new_institution(app, log):
    done = create(
        app, "tini", "--role", "staff", "--institution", "dinas-air", "--new", "Dinas Air"
    )
    assert (done.exit_code, done.output) == (0, "")
    assert [entry.kind for entry in log()] == ["setting.changed", "person.joined"]
    assert db.session.scalars(select(Person)).one().institution.name == "Dinas Air"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["a", "--role", "staff"], 2, "works for an institution"),
        (["a", "--role", "king"], 2, "'king' is not one of"),
        (["a", "--role", "admin", "--new", "X"], 2, "--institution SLUG"),
        (["a", "--role", "staff", "--institution", "nirgends"], 1, "no institution nirgends"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(app, log, words, code, said):
    done = create(app, *words)
    assert (done.exit_code, log()) == (code, [])
    assert said in done.output


def test_a_weak_passphrase_and_a_taken_name_make_no_account(app, log):
    assert create(app, "tini", "--role", "admin", passphrase="pendek").exit_code == 1
    factories.resident("Sari")
    log()
    done = create(app, "lain", "--role", "admin", "--display-name", "Sari")
    assert (done.exit_code, log()) == (1, [])
    assert "taken" in done.output

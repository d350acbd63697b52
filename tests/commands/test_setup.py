"""`deliberate setup`: a new installation from flags or questions."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from deliberate import create_app
from deliberate.commands.installation import setup
from deliberate.config import load_settings
from deliberate.config.settings_file import parse_settings, quote_value, read_variables
from deliberate.database import db, release_connections
from deliberate.models import Institution, Person, Process
from deliberate.operations.accounts.passphrases import authenticate
from tests.commands.test_commands import run_deliberate
from tests.factories import PASSPHRASE

FLAGS = {
    "--address": "https://partisipasi.example",
    "--institution": 'Dinas "Air" $1',
    "--process": "Air bersih di Sepaku",
    "--name": "Tini Wulandari",
}


def run_setup(folder, *arguments, text=PASSPHRASE + "\n", **flags):
    given = {**FLAGS, **{f"--{name}": value for name, value in flags.items()}}
    words = [word for pair in given.items() if pair[1] is not None for word in pair]
    return CliRunner().invoke(
        setup.command, ["--folder", str(folder), *words, *arguments], input=text
    )


def test_setup_makes_an_installation_that_starts(tmp_path):
    folder = tmp_path / "kota"
    result = run_setup(folder, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["commands"] == [f"cd {folder}", "deliberate check", "deliberate serve"]
    assert (report["sign_in_name"], PASSPHRASE in result.output) == ("tini.wulandari", False)
    assert (folder / "deliberate.env").stat().st_mode & 0o777 == 0o600
    assert (folder / "data" / "key-ring").stat().st_mode & 0o777 == 0o600
    environ = {"DELIBERATE_SETTINGS_FILE": str(folder / "deliberate.env")}
    app = create_app(load_settings(read_variables(environ).values))
    with app.app_context():
        admin = authenticate("tini.wulandari", PASSPHRASE)
        assert admin is not None and admin.role == "admin"
        office = db.session.scalars(select(Institution)).one()
        assert (office.name, office.is_coordinator) == ('Dinas "Air" $1', True)
        process = db.session.scalars(select(Process)).one()
        assert (process.title, process.opened_at) == ("Air bersih di Sepaku", None)
    release_connections(app)


def test_setup_serves_the_next_command_in_its_folder(tmp_path):
    folder = tmp_path / "kota"
    assert run_setup(folder).exit_code == 0
    result = run_deliberate("settings", "--json", folder=folder)
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["DELIBERATE_BASE_URL"]["source"] == str(folder / "deliberate.env")
    checked = run_deliberate("check", folder=folder)
    assert checked.returncode == 1  # nobody stores the heads of the log yet
    assert checked.stdout.startswith("DELIBERATE_WITNESSES is empty")


def test_setup_refuses_a_folder_with_settings_or_data(tmp_path):
    folder = tmp_path / "kota"
    run_setup(folder)
    before = (folder / "deliberate.env").read_text()
    again = run_setup(folder)
    assert (again.exit_code, "deliberate.env exists" in again.output) == (2, True)
    assert (folder / "deliberate.env").read_text() == before
    (folder / "deliberate.env").unlink()
    assert "data exists" in run_setup(folder).output


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        ({"address": "http://partisipasi.example"}, "DELIBERATE_BASE_URL"),
        ({"database": "mysql://kota"}, "DELIBERATE_DATABASE_URL"),
        ({"mail": "mail.example"}, "DELIBERATE_MAIL_URL"),
        ({"institution": None}, "give a value for --institution"),
        ({"name": " "}, "give a value for --name"),
        ({"name": "Admin"}, "“Admin”"),
    ],
)
def test_setup_refuses_a_wrong_answer_and_leaves_nothing(tmp_path, flags, fault):
    result = run_setup(tmp_path / "kota", **flags)
    assert result.exit_code != 0
    assert fault in result.output + str(result.exception)
    assert not (tmp_path / "kota" / "deliberate.env").exists()
    assert not (tmp_path / "kota" / "data").exists()


def test_setup_refuses_a_weak_passphrase(tmp_path):
    result = run_setup(tmp_path / "kota", text="pendek\n")
    assert (result.exit_code, "at least 15 characters" in result.output) == (2, True)
    assert not (tmp_path / "kota").exists()


def test_setup_refuses_variables_that_would_win_over_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv("DELIBERATE_MODE", "demo")
    result = run_setup(tmp_path / "kota")
    assert (result.exit_code, "DELIBERATE_MODE: unset" in result.output) == (2, True)


def test_setup_asks_eight_questions_and_the_passphrase(tmp_path, monkeypatch):
    asked = []

    def prompt(text, **options):
        asked.append(text)
        answers = {"1": FLAGS["--address"], "6": "Dinas Air", "7": "Air", "8": "Tini Wulandari"}
        return answers.get(text[0], options.get("default", PASSPHRASE))

    monkeypatch.setattr(setup.click, "prompt", prompt)
    monkeypatch.setattr(setup, "is_terminal", lambda: True)
    result = CliRunner().invoke(setup.command, ["--folder", str(tmp_path / "kota")])
    assert result.exit_code == 0, result.output
    assert [text[:2] for text in asked] == [*(f"{n}." for n in range(1, 9)), "Pa"]


def test_trial_is_set_up_without_questions_and_signs_in(tmp_path):
    result = CliRunner().invoke(setup.command, ["--folder", str(tmp_path / "coba"), "--trial"])
    assert result.exit_code == 0, result.output
    values = parse_settings((tmp_path / "coba" / "deliberate.env").read_text())
    assert values["DELIBERATE_PLAIN_HTTP"] == "1"
    passphrase = result.output.partition("Passphrase: ")[2].split("\n")[0]
    app = create_app(load_settings(values))
    with app.app_context():
        admin = db.session.scalars(select(Person)).one()
        assert authenticate(admin.sign_in_name, passphrase) == admin
        form = {"sign_in_name": admin.sign_in_name, "passphrase": passphrase}
    client, base = app.test_client(), "http://127.0.0.1:8000"
    signed_in = client.post("/id/sign-in", data=form, base_url=base, headers={"Origin": base})
    assert signed_in.status_code == 303
    assert client.get("/id/account", base_url=base).status_code == 200
    release_connections(app)


@pytest.mark.parametrize(
    "value", ["a", "", 'b "c" $d `e` \\f', "g # h", "postgresql://a:b@c/d?e=f"]
)
def test_quoted_value_is_read_as_it_was(value):
    assert parse_settings(f"A={quote_value(value)}\n")["A"] == value

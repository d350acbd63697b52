"""`deliberate setup`: a new installation, from eight questions to the commands that start it."""

import json
import os
import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from deliberate.commands.cli_errors import WRONG_USE, fail
from deliberate.config import (
    DEFAULT_SETTINGS_FILE,
    LANGUAGES,
    PREFIX,
    SETTINGS_FILE,
    load_settings,
)
from deliberate.config.settings_file import quote_value
from deliberate.config.terminal import terminal_language
from deliberate.config.terminal import translate as _

TRIAL_ADDRESS = "http://127.0.0.1:8000"
PLACEHOLDER = "x" * 32
"""Stands for the key ring while the answers are checked, before anything is written."""


@dataclass
class Answers:
    """What a new installation is asked for."""

    address: str
    site: str
    language: str
    database: str
    mail: str
    institution: str
    process: str
    name: str
    sign_in_name: str
    is_trial: bool
    passphrase: str = field(default="", repr=False)

    def settings(self, folder: Path) -> dict[str, str]:
        """Return the settings that follow from the answers, in the order of the file."""
        host = self.address.partition("://")[2].partition(":")[0]
        values = {
            "BASE_URL": self.address.rstrip("/"),
            "PLAIN_HTTP": "1" if self.is_trial else "",
            "TRUSTED_PROXIES": "" if self.is_trial else "1",
            "BRAND_NAME": self.site,
            "DEFAULT_LANG": self.language,
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": self.database,
            "MAIL_URL": self.mail,
            "MAIL_FROM": f"partisipasi@{host}" if self.mail else "",
        }
        return {PREFIX + name: value for name, value in values.items() if value}


@click.command("setup")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--address", metavar="URL", help="Public address of the site, https://…")
@click.option("--site", metavar="NAME", help="Name of the site.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of who chose none.")
@click.option("--database", metavar="URL", help="postgresql://…; empty for SQLite.")
@click.option("--mail", metavar="URL", help="smtps://user:word@host:465; empty for none yet.")
@click.option("--institution", metavar="NAME", help="Office that answers proposals.")
@click.option("--process", metavar="TITLE", help="First process, planned and not yet open.")
@click.option("--name", metavar="NAME", help="Name of the first administrator, shown to people.")
@click.option("--sign-in-name", metavar="NAME", help="Default: from the name.")
@click.option("--trial", is_flag=True, help="On this machine, without TLS and questions.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON; ask nothing.")
def command(folder: Path, trial: bool, as_json: bool, **given: str | None) -> None:
    """Set up a new installation: settings, keys, administrator, office, first process.

    Asks eight questions, or takes flags. The passphrase of the administrator is prompted for, or
    read from standard input; a trial prints one. Refuses a folder with settings or data.
    """
    folder = folder.resolve()
    _require_new_folder(folder)
    answers = _answers(given, is_trial=trial, asks=not (trial or as_json) and is_terminal())
    _check(answers, folder)
    answers.passphrase = _passphrase(answers)
    _install(answers, folder)
    _report(answers, folder, as_json)


def is_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty()


def _require_new_folder(folder: Path) -> None:
    """Refuse what is there already, and variables that would win over the settings file."""
    for path in (folder / DEFAULT_SETTINGS_FILE, folder / "data"):
        if path.exists():
            fail(_("%(path)s exists: choose another folder with --folder", path=path), WRONG_USE)
    others = [name for name in os.environ if name.startswith(PREFIX) and name != SETTINGS_FILE]
    if others:
        fail(_("the environment has %(names)s: unset it first", names=", ".join(others)), WRONG_USE)


def _answers(given: Mapping[str, str | None], *, is_trial: bool, asks: bool) -> Answers:
    values = {}
    for name, question, default in _questions(is_trial):
        value = given[name]
        if value is None and asks:
            value = click.prompt(question, default=default, show_default=default != "")
        values[name] = " ".join((value if value is not None else default).split())
    missing = [name for name in ("address", "institution", "process", "name") if not values[name]]
    if missing:
        flags = ", ".join(f"--{name}" for name in missing)
        fail(_("give a value for %(flags)s", flags=flags), WRONG_USE)
    sign_in_name = given["sign_in_name"] or _sign_in_name(values["name"])
    return Answers(**values, sign_in_name=sign_in_name, is_trial=is_trial)


def _questions(is_trial: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the flag, the text and the default of each question, in their order."""
    yield "address", _("1. Address of the site, https://…"), TRIAL_ADDRESS if is_trial else ""
    yield "site", _("2. Name of the site"), "Deliberate"
    yield "language", _("3. Language of who chose none, id or en"), terminal_language()
    yield "database", _("4. Database, postgresql://… (empty: SQLite)"), ""
    yield "mail", _("5. Mail server, smtps://user:word@host:465 (empty: none yet)"), ""
    yield "institution", _("6. Office that answers proposals"), _trial(is_trial, _("Office"))
    yield "process", _("7. Title of the first process"), _trial(is_trial, _("First process"))
    yield "name", _("8. Your name, as people see it"), _trial(is_trial, _("Trial person"))


def _trial(is_trial: bool, default: str) -> str:
    return default if is_trial else ""


def _sign_in_name(name: str) -> str:
    letters = "".join(c if c.isascii() and c.isalnum() else "." for c in name.lower())
    return ".".join(filter(None, letters.split("."))) or "admin"


def _check(answers: Answers, folder: Path) -> None:
    """Refuse answers that are no valid settings, before anything is written."""
    if answers.language not in LANGUAGES:
        fail(_("the language must be id or en"), WRONG_USE)
    values = answers.settings(folder)
    load_settings({**values, f"{PREFIX}SECRET_KEY": PLACEHOLDER})


def _passphrase(answers: Answers) -> str:
    from deliberate.queries.accounts.passphrase_policy import passphrase_problem

    if answers.is_trial:
        return secrets.token_urlsafe(15)
    if is_terminal():
        given: str = click.prompt(_("Passphrase"), hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if (problem := passphrase_problem(given, answers.sign_in_name, answers.name)) is not None:
        fail(str(problem), WRONG_USE)
    return given


def _install(answers: Answers, folder: Path) -> None:
    """Write settings and keys and fill the database; of a failure nothing of it stays."""
    from deliberate.clock import now
    from deliberate.keys import add_key

    values = answers.settings(folder)
    with _undone_by_failure(folder):
        data = folder / "data"
        data.mkdir(parents=True, mode=0o700)
        (folder / "backups").mkdir(mode=0o700, exist_ok=True)
        add_key(data / "key-ring", now())
        _write_settings(folder / DEFAULT_SETTINGS_FILE, values)
        _fill_database(answers, values)


@contextmanager
def _undone_by_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        import shutil

        (folder / DEFAULT_SETTINGS_FILE).unlink(missing_ok=True)
        shutil.rmtree(folder / "data", ignore_errors=True)
        raise


def _write_settings(path: Path, values: Mapping[str, str]) -> None:
    lines = [f"# {_('Settings of Deliberate; `deliberate settings` explains each.')}"]
    lines += [f"{name}={quote_value(value)}" for name, value in values.items()]
    lines += [f"{PREFIX}METRICS_TOKEN={secrets.token_urlsafe(24)}"]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _fill_database(answers: Answers, values: Mapping[str, str]) -> None:
    from deliberate import create_app
    from deliberate.commands.startup import migrate_stores
    from deliberate.database import release_connections

    app = create_app(load_settings(values))
    try:
        migrate_stores(app)
        with app.app_context():
            _create_first_rows(answers)
    finally:
        release_connections(app)


def _create_first_rows(answers: Answers) -> None:
    """Create the institution, the administrator and a process that only administrators see."""
    from deliberate.operations.accounts.registration import NameTaken, create_account
    from deliberate.operations.processes.process_setup import plan_process
    from deliberate.operations.responses.institutions import add_institution
    from deliberate.queries.accounts.people import has_accounts
    from deliberate.vocabulary import Role

    if has_accounts():
        fail(_("the database has accounts already: use an empty one"), WRONG_USE)
    try:
        admin = create_account(
            None, answers.sign_in_name, answers.name, answers.passphrase, Role.ADMIN
        )
    except NameTaken:
        fail(
            _(
                "people could take “%(name)s” for an office: give your own name with --name",
                name=answers.name,
            ),
            WRONG_USE,
        )
    office = add_institution(admin, answers.institution, answers.institution, is_coordinator=True)
    title = answers.process
    plan_process(admin, title, {"title": title, "question": title}, [(office, "lead")])


def _report(answers: Answers, folder: Path, as_json: bool) -> None:
    commands = [f"cd {shlex.quote(str(folder))}", "deliberate check", "deliberate serve"]
    settings = folder / DEFAULT_SETTINGS_FILE
    result = {
        "settings": str(settings),
        "keys": str(folder / "data" / "key-ring"),
        "sign_in_name": answers.sign_in_name,
        "commands": commands,
    }
    if answers.is_trial:
        result["passphrase"] = answers.passphrase
    if as_json:
        click.echo(json.dumps(result, indent=1, ensure_ascii=False))
        return
    click.echo("\n".join(_lines(answers, result, commands)))


def _lines(answers: Answers, result: Mapping[str, object], commands: list[str]) -> Iterator[str]:
    yield _("Settings: %(path)s", path=result["settings"])
    yield _("Keys: %(path)s. Keep a copy elsewhere; it is in no backup.", path=result["keys"])
    yield _("Sign-in name: %(name)s", name=answers.sign_in_name)
    if answers.is_trial:
        yield _("Passphrase: %(passphrase)s", passphrase=answers.passphrase)
    yield ""
    yield _("Start it:")
    yield from commands
    yield ""
    yield _("Then sign in at %(address)s and begin at First steps.", address=answers.address)
    if not answers.is_trial:
        yield _("Next: a proxy with TLS, the service and backups: docs/operate.md.")

"""The `deliberate` command line for operators and researchers."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, cast

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from deliberate import without_garbage_collection
from deliberate.config import PREFIX, InvalidSetting, Settings, load_settings

MODULES = {
    "area": "area",
    "backup": "backup",
    "breach-list": "breach",
    "channel": "notices.channel",
    "check": "check",
    "citivoice": "scores.citivoice",
    "compare": "scores.compare",
    "database": "databases.database",
    "demo": "demo",
    "export": "export",
    "import": "import_data",
    "jobs": "jobs",
    "keys": "installation.keys",
    "log": "log",
    "mail": "notices.mail",
    "mirror": "mirror",
    "outside-system": "notices.outside_system",
    "poll": "poll",
    "push-key": "notices.push_key",
    "reindex": "reindex",
    "retention": "retention",
    "score": "scores.score",
    "serve": "serve",
    "settings": "installation.settings",
    "setup": "installation.setup",
    "storage": "installation.storage",
    "user": "user",
    "webhook": "notices.webhook",
}
"""Module of each command by command name; a module is imported when its command is used, so that
no command waits for the libraries of another."""
SUMMARIES = {
    "area": "Import the map of the areas.",
    "backup": "Create, verify and restore backups.",
    "breach-list": "List as CSV the accounts with data stored since then; erased ones by id only.",
    "channel": "List intake channels, issue and revoke their tokens.",
    "check": "Check settings, schema, brand and counters; exit code 1 if something is wrong.",
    "citivoice": "Check the framework, print the graph of the scores, compute the reason index.",
    "compare": "Compare releases, also of other installations.",
    "database": "Copy a whole installation from one database to another.",
    "db": "Perform database migrations.",
    "demo": "Start the sample city on 127.0.0.1; a second start continues with its data.",
    "export": "Write a research release of a process.",
    "import": "Bring in another platform's data, dated as it happened.",
    "jobs": "Run the periodic jobs (sealing, deadlines, mail, scores) until stopped.",
    "keys": "List the keys of the ring, add a new one, encrypt again with it.",
    "log": "Verify the sealed log, print tree heads and proofs, rotate the key.",
    "mail": "Take in the mail on standard input to RECIPIENT: a failure report or a reply.",
    "mirror": "Copy the public log of an installation and verify it; run again, it goes on.",
    "outside-system": "List, add and remove outside systems to which cases are sent.",
    "poll": "Count a poll or open its box again, create voting codes, rewrite the ballot tables.",
    "push-key": "Print a new key for notices on devices, for DELIBERATE_PUSH_KEY.",
    "reindex": "Rebuild the full-text index from all visible texts; search stays available.",
    "retention": "Delete what is past its retention period: the rules are in docs/privacy.md.",
    "score": "Score a process, or a release's files.",
    "serve": "Serve the platform over HTTP, behind a reverse proxy with TLS.",
    "settings": "Print every setting: meaning, effect, default, value and where the value comes"
    " from.",
    "setup": "Set up a new installation: settings, keys, administrator, office, first process.",
    "storage": "Move the files of an installation into its bucket.",
    "user": "Create accounts; end the second factor of one.",
    "webhook": "List, add, resume and remove addresses that receive public acts.",
}
"""First sentence of each command's help, which the list of commands shows without an import."""


SAMPLE_CITY = "sample-city"
"""File in the data folder of `deliberate demo`."""
SAMPLE_CITY_COMMANDS = frozenset({"score", "export", "import", "log", "poll", "reindex", "webhook"})
"""Commands that work on the sample city without any setting; nothing serves it so by mistake."""


def _load_command(name: str) -> click.Command:
    if name == "db":
        return cast(click.Command, import_module("flask_migrate.cli").db)
    with without_garbage_collection():
        command: click.Command = import_module(f"deliberate.commands.{MODULES[name]}").command
    return command


class AppCommands(AppGroup):
    """The commands on an application object, as tests run them."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported on first use."""
        return (
            _load_command(cmd_name) if cmd_name in MODULES else super().get_command(ctx, cmd_name)
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *MODULES})


class TerminalCommands(FlaskGroup):
    """The commands at the terminal, beside Flask's own; help works before any setting is made."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, else one of Flask or of an extension."""
        if cmd_name in SUMMARIES:
            return _load_command(cmd_name)
        if cmd_name not in self.commands:
            self._load_plugin_commands()
        return self.commands.get(cmd_name) or super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands without creating the application."""
        return sorted({*self.commands, *SUMMARIES})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._summary(name)) for name in self.list_commands(ctx)])

    def _summary(self, name: str) -> str:
        return SUMMARIES.get(name) or self.commands[name].get_short_help_str()


def add_to(app: Flask) -> None:
    """Add the commands to an application, beside Flask's own."""
    app.cli = AppCommands(app.name, commands=app.cli.commands)


def _app(*_: Any) -> Flask:
    """Return the application; without any setting that of the sample city, where it was built."""
    from deliberate import create_app

    try:
        return create_app()
    except InvalidSetting:
        if not (SAMPLE_CITY_COMMANDS & set(_command_names()) and _is_sample_city_alone()):
            raise
    return create_app(load_settings({}, mode="demo"))


def _command_names() -> Iterator[str]:
    """Yield the names of the command that runs and of the groups around it."""
    context = click.get_current_context(silent=True)
    while context is not None:
        yield str(context.info_name)
        context = context.parent


def _is_sample_city_alone() -> bool:
    """Return whether nothing is set and the data folder is that of the sample city."""
    from deliberate.config.settings_file import read_variables

    has_settings = any(name.startswith(PREFIX) for name in read_variables().values)
    return not has_settings and (Path(Settings().data_dir) / SAMPLE_CITY).is_file()


@click.group(
    cls=TerminalCommands,
    create_app=_app,
    add_version_option=False,
    help="Deliberate: a participation platform. Settings are DELIBERATE_* variables, also those of"
    " the file deliberate.env in the working directory.",
)
def cli() -> None:
    """Group all commands."""


def main() -> None:
    """Run a command; an invalid setting or database ends it with a line and exit code 2."""
    try:
        cli()
    except InvalidSetting as error:
        _exit(str(error).splitlines())
    except Exception as error:
        if (reason := _database_problem(error) or _named_problem(error)) is None:
            raise
        _exit([reason])


def _exit(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(f"deliberate: {line}", err=True)
    sys.exit(2)


def _named_problem(error: Exception) -> str | None:
    """Return which key is missing or why the bucket fails in a line, None for any other error."""
    from deliberate.config.terminal import translate as _

    name = type(error).__name__  # without imports that only the log or the storage needs
    if name == "StorageUnavailable":
        return f"DELIBERATE_STORAGE_URL: {error}"
    if name == "WrongKey":
        return _("%(problem)s: put its signing.pem back", problem=error)
    return None


def _database_problem(error: Exception) -> str | None:
    """Return what is wrong with the database in a line, None for any other error."""
    from deliberate.config.terminal import translate as _

    if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
        return _(
            "DELIBERATE_DATABASE_URL needs psycopg:"
            " pip install --require-hashes -r requirements.lock"
        )
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import InterfaceError, OperationalError

    if not isinstance(error, OperationalError | InterfaceError):
        return None
    reason = " ".join(str(error.orig).split())
    return _("DELIBERATE_DATABASE_URL: the database cannot be used: %(reason)s", reason=reason)

"""The `deliberate` command line for operators and researchers."""

import sys
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup
from flask_migrate.cli import db as migrations

from deliberate.config import InvalidSetting

MODULES = {
    "area": "area",
    "backup": "backup",
    "breach-list": "breach",
    "check": "check",
    "citivoice": "citivoice",
    "demo": "demo",
    "export": "export",
    "import": "import_data",
    "jobs": "jobs",
    "log": "log",
    "mail": "mail",
    "poll": "poll",
    "reindex": "reindex",
    "retention": "retention",
    "score": "score",
    "serve": "serve",
    "user": "user",
}
"""Module of each command by command name; a module is imported when its command is used, so that
no command waits for the libraries of another."""


def _load_command(name: str) -> click.Command:
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
        if cmd_name in MODULES:
            return _load_command(cmd_name)
        self._load_plugin_commands()
        return self.commands.get(cmd_name) or super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands without creating the application."""
        self._load_plugin_commands()
        return sorted({*self.commands, *MODULES})


def add_to(app: Flask) -> None:
    """Add the commands to an application, beside Flask's own."""
    app.cli = AppCommands(app.name, commands=app.cli.commands)


def _app(*_: Any) -> Flask:
    from deliberate import create_app

    return create_app()


@click.group(
    cls=TerminalCommands,
    create_app=_app,
    add_version_option=False,
    help="Deliberate: a participation platform. Settings are DELIBERATE_* variables.",
)
def cli() -> None:
    """Group all commands."""


cli.add_command(migrations)


def main() -> None:
    """Run a command; an invalid setting ends it with one line and exit code 2."""
    try:
        cli()
    except InvalidSetting as error:
        click.echo(f"deliberate: {error}", err=True)
        sys.exit(2)

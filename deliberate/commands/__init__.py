"""The `deliberate` command: everything an operator or a researcher does at a terminal."""

import sys
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup
from flask_migrate.cli import db as migrations

from deliberate.config import UnsafeSetting

MODULES: tuple[str, ...] = (
    "backup",
    "breach",
    "check",
    "citivoice",
    "demo",
    "export",
    "importing",
    "jobs",
    "log",
    "poll",
    "reindex",
    "retention",
    "score",
    "serve",
    "user",
)
"""Each module of this folder that brings a command brings it under the name `command`.

A module is loaded when its command is asked for, so that the demo does not wait for the scores'
libraries; where module and command have different names, all are loaded to find it.
"""


def _command(name: str) -> click.Command:
    found: click.Command = import_module(f"deliberate.commands.{name}").command
    return found


def _commands() -> dict[str, click.Command]:
    return {str(found.name): found for found in map(_command, MODULES)}


class HouseCommands(AppGroup):
    """The commands of the house as the app has them; tests run them from there."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of the house, loaded now."""
        if cmd_name in MODULES:
            return _command(cmd_name)
        return super().get_command(ctx, cmd_name) or _commands().get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them."""
        return sorted({*super().list_commands(ctx), *_commands()})


class Terminal(FlaskGroup):
    """The commands of the house beside Flask's own; help works before any setting is made."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of the house, else one of Flask's or of an extension."""
        if cmd_name in MODULES:
            return _command(cmd_name)
        self._load_plugin_commands()
        known = self.commands.get(cmd_name) or _commands().get(cmd_name)
        return known or super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The house's and Flask's; the app is not needed for it."""
        self._load_plugin_commands()
        return sorted({*self.commands, *_commands()})


def add_to(app: Flask) -> None:
    """Hang the commands of the house on the app, beside Flask's own."""
    hung = app.cli.commands
    app.cli = HouseCommands(app.name, commands=hung)


def _app(*_: Any) -> Flask:
    from deliberate import create_app

    return create_app()


@click.group(
    cls=Terminal,
    create_app=_app,
    add_version_option=False,
    help="Deliberate: a participation platform. Settings are DELIBERATE_* variables.",
)
def cli() -> None:
    """The group all commands hang on."""


cli.add_command(migrations)


def main() -> None:
    """Run a command; a wrong setting is said in one line, exit code 2."""
    try:
        cli()
    except UnsafeSetting as error:
        click.echo(f"deliberate: {error}", err=True)
        sys.exit(2)

"""The `deliberate` command: everything an operator or a researcher does at a terminal."""

import sys
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup

from deliberate.config import UnsafeSetting

MODULES: tuple[str, ...] = ("export", "score")
"""Each module of this folder that brings a command brings it under the name `command`."""


def add_to(app: Flask) -> None:
    """Hang the commands of the house on the app, beside Flask's own."""
    for name in MODULES:
        app.cli.add_command(import_module(f"deliberate.commands.{name}").command)


def _app(*_: Any) -> Flask:
    from deliberate import create_app

    return create_app()


@click.group(
    cls=FlaskGroup,
    create_app=_app,
    add_version_option=False,
    help="Deliberate: a participation platform. Settings are DELIBERATE_* variables.",
)
def cli() -> None:
    """The group all commands hang on."""


def main() -> None:
    """Run a command; a wrong setting is said in one line, exit code 2."""
    try:
        cli()
    except UnsafeSetting as error:
        click.echo(f"deliberate: {error}", err=True)
        sys.exit(2)

"""`deliberate outside-system`: list, add and remove systems to which cases are sent."""

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import WRONG_USE, fail, fail_when_refused
from deliberate.commands.notices.administrators import BY, get_admin
from deliberate.operations.responses.outside_systems import (
    add_outside_system,
    remove_outside_system,
    resend_case,
    rotate_outside_secret,
)
from deliberate.queries.responses.outside_systems import (
    get_outside_system,
    list_outside_systems,
    list_sent_cases,
)

if TYPE_CHECKING:
    from deliberate.models import OutsideSystem


@click.group("outside-system")
def command() -> None:
    """List, add and remove outside systems to which cases are sent."""


@command.command("list")
@with_appcontext
def show() -> None:
    """Print each system: number, cases given up, name, address."""
    for system in list_outside_systems():
        stopped = sum(case.stopped_at is not None for case in list_sent_cases(system))
        click.echo(f"{system.id}  {stopped}  {system.name}  {system.url}")


@command.command("add")
@click.argument("name")
@click.argument("url")
@BY
@with_appcontext
@fail_when_refused()
def add(name: str, url: str, by: str) -> None:
    """Add a system and print its number and its secret, which is shown only once."""
    system, secret = add_outside_system(get_admin(by), name, url)
    click.echo(f"{system.id}  {secret}")


@command.command("rotate")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def rotate(number: int, by: str) -> None:
    """Print a new secret; the old one is valid as well for 24 hours."""
    click.echo(rotate_outside_secret(get_admin(by), _system(number)))


@command.command("resend")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def resend(number: int, by: str) -> None:
    """Have the cases of a system that were given up sent again."""
    for case in list_sent_cases(_system(number)):
        if case.stopped_at is not None:
            resend_case(get_admin(by), case)


@command.command("remove")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def remove(number: int, by: str) -> None:
    """Remove a system."""
    remove_outside_system(get_admin(by), _system(number))


def _system(number: int) -> "OutsideSystem":
    return get_outside_system(number) or fail(f"there is no outside system {number}", WRONG_USE)

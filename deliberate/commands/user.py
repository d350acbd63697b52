"""`deliberate user`: accounts made at a terminal, the first administrator among them."""

import json
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from deliberate.commands.startup import prepare
from deliberate.models import Institution
from deliberate.operations.accounts.accounts import NameTaken, create_account
from deliberate.operations.responses.institutions import add_institution
from deliberate.queries.accounts.accounts import institution_named
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.vocabulary import Role

ROLES = [role.value for role in Role if role is not Role.SYSTEM]


@click.group("user")
def command() -> None:
    """Make accounts."""


@command.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--institution", metavar="SLUG", help="Where the person works.")
@click.option("--new", metavar="NAME", help="Make the institution first, under this name.")
@click.option("--display-name", help="What stands beside what the person writes; NAME if not said.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@with_appcontext
def create(
    name: str,
    role: str,
    institution: str | None,
    new: str | None,
    display_name: str | None,
    as_json: bool,
) -> None:
    """Make an account that signs in as NAME; the passphrase is asked for, or read from a pipe."""
    if role in {Role.STAFF, Role.MODERATOR} and not institution:
        raise click.UsageError(f"a {role} works for an institution: --institution SLUG")
    if new and not institution:
        raise click.UsageError("--new names an institution; say its --institution SLUG too")
    prepare(current_app._get_current_object())  # type: ignore[attr-defined]  # Flask's proxy
    office = _office(institution, new)
    shown = display_name or name
    passphrase = _passphrase(name, shown)
    try:
        person = create_account(None, name, shown, passphrase, Role(role), office)
    except NameTaken as taken:
        raise click.ClickException(f"the name {taken} is taken") from None
    if as_json:
        click.echo(json.dumps({"id": person.id, "name": person.sign_in_name, "role": role}))


def _office(slug: str | None, new: str | None) -> Institution | None:
    if slug is None:
        return None
    office = institution_named(slug)
    if office is not None and new:
        raise click.ClickException(f"there is an institution {slug} already: {office.name}")
    if office is None and not new:
        raise click.ClickException(f"there is no institution {slug}; make it with --new NAME")
    return office or add_institution(None, slug, str(new))


def _passphrase(*names: str) -> str:
    if sys.stdin.isatty():
        words: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    else:
        words = sys.stdin.readline().rstrip("\r\n")
    if (reason := weakness(words, *names)) is not None:
        raise click.ClickException(str(reason))
    return words

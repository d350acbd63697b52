"""`deliberate user`: create accounts, the first administrator among them; end second factors."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext

from deliberate.commands.startup import migrate_stores
from deliberate.config.terminal import translate as _
from deliberate.models import Institution
from deliberate.operations.accounts.registration import SIGN_IN_NAME, NameTaken, create_account
from deliberate.operations.accounts.second_factor import end_second_factor
from deliberate.operations.responses.institutions import add_institution
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.vocabulary import FactorRemovalReason, Role

ROLES = [role.value for role in Role if role is not Role.SYSTEM]


@click.group("user")
def command() -> None:
    """Create accounts; end the second factor of one."""


@command.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--institution", metavar="SLUG", help="Institution the person works for.")
@click.option("--new", metavar="NAME", help="Add the institution first, with this name.")
@click.option("--display-name", help="Name shown with the person's texts. Default: NAME.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def create(
    name: str,
    role: str,
    institution: str | None,
    new: str | None,
    display_name: str | None,
    as_json: bool,
) -> None:
    """Create an account with the sign-in name NAME.

    The passphrase is prompted for, or read from standard input.
    """
    _require_institution(role, institution, new)
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # Flask's proxy
    office = _get_or_create_institution(institution, new)
    display_name = display_name or name
    passphrase = _read_passphrase(name, display_name)
    with _name_errors(name, display_name):
        person = create_account(None, name, display_name, passphrase, Role(role), office)
    if as_json:
        click.echo(json.dumps({"id": person.id, "name": person.sign_in_name, "role": role}))


def _require_institution(role: str, institution: str | None, new: str | None) -> None:
    if role in {Role.STAFF, Role.MODERATOR} and not institution:
        raise click.UsageError(f"--institution SLUG is required for the role {role}")
    if new and not institution:
        raise click.UsageError("--new requires --institution SLUG")


@contextmanager
def _name_errors(name: str, display_name: str) -> Iterator[None]:
    try:
        yield
    except NameTaken as taken:
        if taken.field == SIGN_IN_NAME:
            problem = _("the sign-in name “%(name)s” is taken: choose another", name=name)
        else:
            problem = _(
                "people could take the display name “%(name)s” for another account or an office:"
                " give a personal name with --display-name",
                name=display_name,
            )
        raise click.ClickException(problem) from None


@command.command("end-factor")
@click.argument("name")
@click.option(
    "--reason", type=click.Choice([reason.value for reason in FactorRemovalReason]), required=True
)
@with_appcontext
def end_factor(name: str, reason: str) -> None:
    """End the second factor of the account with the sign-in name NAME.

    The act is recorded with its reason; the owner is notified and signed out everywhere. Call the
    person back first, on a number that you already knew.
    """
    person = get_person_by_sign_in_name(name)
    if person is None:
        raise click.ClickException(_("no account has the sign-in name “%(name)s”", name=name))
    try:
        end_second_factor(person, FactorRemovalReason(reason))
    except Refused:
        raise click.ClickException(
            _("the account “%(name)s” has no second factor", name=name)
        ) from None


def _get_or_create_institution(slug: str | None, new: str | None) -> Institution | None:
    if slug is None:
        return None
    institution = get_institution_by_slug(slug)
    if institution is not None and new:
        raise click.ClickException(f"institution {slug} exists already: {institution.name}")
    if institution is None and not new:
        raise click.ClickException(f"institution {slug} does not exist; add it with --new NAME")
    return institution or add_institution(None, slug, str(new))


def _read_passphrase(*names: str) -> str:
    if sys.stdin.isatty():
        passphrase: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    else:
        passphrase = sys.stdin.readline().rstrip("\r\n")
    if (problem := passphrase_problem(passphrase, *names)) is not None:
        raise click.ClickException(str(problem))
    return passphrase

"""The administrator in whose name a command acts."""

from typing import TYPE_CHECKING

import click

from deliberate.commands.cli_errors import WRONG_USE, fail
from deliberate.queries.accounts.people import get_person_by_sign_in_name

if TYPE_CHECKING:
    from deliberate.models import Person

BY = click.option("--by", metavar="NAME", required=True, help="Sign-in name of an administrator.")


def get_admin(name: str) -> "Person":
    """Return the account of a sign-in name; the command ends if there is none."""
    return get_person_by_sign_in_name(name) or fail(f"there is no account {name}", WRONG_USE)

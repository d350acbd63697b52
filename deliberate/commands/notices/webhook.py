"""`deliberate webhook`: list, add, resume and remove addresses that receive public acts."""

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import WRONG_USE, fail
from deliberate.operations.notices.webhooks import (
    add_webhook,
    remove_webhook,
    resume_webhook,
    rotate_webhook_secret,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.notices.webhooks import get_webhook, list_webhooks

if TYPE_CHECKING:
    from deliberate.models import Person, Webhook

BY = click.option("--by", metavar="NAME", required=True, help="Sign-in name of an administrator.")


@click.group("webhook")
def command() -> None:
    """List, add, resume and remove addresses that receive public acts."""


@command.command("list")
@with_appcontext
def show() -> None:
    """Print each webhook: number, state, next entry of the log, address."""
    for webhook in list_webhooks():
        state = "paused" if webhook.paused_at else "failing" if webhook.failures else "active"
        click.echo(f"{webhook.id}  {state}  {webhook.next_position}  {webhook.url}")


@command.command("add")
@click.argument("url")
@click.option("--kind", "kinds", multiple=True, help="A public kind of act; all without one.")
@BY
@with_appcontext
def add(url: str, kinds: tuple[str, ...], by: str) -> None:
    """Add an address and print its number and its secret, which is shown only once."""
    try:
        webhook, secret = add_webhook(get_admin(by), url, kinds)
    except Refused as refused:
        fail(str(refused.reason), WRONG_USE)
    click.echo(f"{webhook.id}  {secret}")


@command.command("rotate")
@click.argument("number", type=int)
@BY
@with_appcontext
def rotate(number: int, by: str) -> None:
    """Print a new secret; the old one signs as well for 24 hours."""
    try:
        click.echo(rotate_webhook_secret(get_admin(by), _webhook(number)))
    except Refused as refused:
        fail(str(refused.reason), WRONG_USE)


@command.command("resume")
@click.argument("number", type=int)
@BY
@with_appcontext
def resume(number: int, by: str) -> None:
    """Have a paused webhook sent to again, from the act that it lacks."""
    try:
        resume_webhook(get_admin(by), _webhook(number))
    except Refused as refused:
        fail(str(refused.reason), WRONG_USE)


@command.command("remove")
@click.argument("number", type=int)
@BY
@with_appcontext
def remove(number: int, by: str) -> None:
    """Remove a webhook."""
    try:
        remove_webhook(get_admin(by), _webhook(number))
    except Refused as refused:
        fail(str(refused.reason), WRONG_USE)


def get_admin(name: str) -> "Person":
    """Return the account of a sign-in name; the command ends if there is none."""
    return get_person_by_sign_in_name(name) or fail(f"there is no account {name}", WRONG_USE)


def _webhook(number: int) -> "Webhook":
    return get_webhook(number) or fail(f"there is no webhook {number}", WRONG_USE)

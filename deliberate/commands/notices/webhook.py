"""`deliberate webhook`: list, add, resume and remove addresses that receive public acts."""

from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import WRONG_USE, fail, fail_when_refused
from deliberate.commands.notices.administrators import BY, get_admin
from deliberate.operations.notices.webhooks import (
    add_webhook,
    remove_webhook,
    resume_webhook,
    rotate_webhook_secret,
)
from deliberate.queries.notices.webhooks import get_webhook, list_webhooks

if TYPE_CHECKING:
    from deliberate.models import Webhook


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
@fail_when_refused()
def add(url: str, kinds: tuple[str, ...], by: str) -> None:
    """Add an address and print its number and its secret, which is shown only once."""
    webhook, secret = add_webhook(get_admin(by), url, kinds)
    click.echo(f"{webhook.id}  {secret}")


@command.command("rotate")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def rotate(number: int, by: str) -> None:
    """Print a new secret; the old one signs as well for 24 hours."""
    click.echo(rotate_webhook_secret(get_admin(by), _webhook(number)))


@command.command("resume")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def resume(number: int, by: str) -> None:
    """Have a paused webhook sent to again, from the act that it lacks."""
    resume_webhook(get_admin(by), _webhook(number))


@command.command("remove")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def remove(number: int, by: str) -> None:
    """Remove a webhook."""
    remove_webhook(get_admin(by), _webhook(number))


def _webhook(number: int) -> "Webhook":
    return get_webhook(number) or fail(f"there is no webhook {number}", WRONG_USE)

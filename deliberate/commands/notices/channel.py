"""`deliberate channel`: list intake channels, issue and revoke their tokens."""

import click
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import WRONG_USE, fail, fail_when_refused
from deliberate.commands.notices.administrators import BY, get_admin
from deliberate.operations.notices.intake import issue_token, revoke_token
from deliberate.queries.notices.intake import count_links, get_channel, list_channels
from deliberate.vocabulary import IntakeScope

DEFAULT_LIMIT = 600


@click.group("channel")
def command() -> None:
    """List intake channels, issue and revoke their tokens."""


@command.command("list")
@with_appcontext
def show() -> None:
    """Print each channel: number, what it may enter, linked people, name."""
    links = count_links()
    for channel in list_channels():
        scopes = "+".join(channel.scopes)
        click.echo(f"{channel.id}  {scopes}  {links.get(channel.id, 0)}  {channel.name}")


@command.command("issue")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in IntakeScope]),
    help="What the channel may enter.",
)
@click.option("--limit", type=int, default=DEFAULT_LIMIT, help="Messages an hour at most.")
@BY
@with_appcontext
@fail_when_refused()
def issue(name: str, scopes: tuple[str, ...], limit: int, by: str) -> None:
    """Set up a channel and print its number and its token, which is shown only once."""
    channel, token = issue_token(get_admin(by), name, list(map(IntakeScope, scopes)), limit)
    click.echo(f"{channel.id}  {token}")


@command.command("revoke")
@click.argument("number", type=int)
@BY
@with_appcontext
@fail_when_refused()
def revoke(number: int, by: str) -> None:
    """Revoke the token of a channel and delete the links of people."""
    channel = get_channel(number) or fail(f"there is no channel {number}", WRONG_USE)
    revoke_token(get_admin(by), channel)

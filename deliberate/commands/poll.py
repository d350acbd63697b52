"""`deliberate poll`: count a poll again, make voting codes, rewrite the ballot boxes."""

import json
import sys

import click
from flask.cli import with_appcontext

from deliberate.clock import now
from deliberate.commands.cli_errors import FAILED, fail
from deliberate.exports.poll_records import tally_document
from deliberate.models import Poll
from deliberate.operations.polls.ballot_box import make_codes, rewrite_boxes
from deliberate.permissions.decision import Refused
from deliberate.queries.polls.polls import poll_numbered, recounted, tally_of
from deliberate.queries.polls.result_tables import tables_of


@click.group("poll", help="Count a poll again, make voting codes, rewrite the ballot boxes.")
def command() -> None:
    """The group of poll commands."""


@command.command("recount")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="The tally file as JSON.")
@with_appcontext
def recount(number: int, as_json: bool) -> None:
    """Count a poll's stored ballots anew; exit code 1 when the page says anything else."""
    poll = _poll(number)
    if not poll.shows_result(now()):
        fail(f"poll {number} does not show its result yet")
    tally = recounted(poll)
    if as_json:
        click.echo(json.dumps(tally_document(poll, tally), ensure_ascii=False, indent=1))
    else:
        click.echo(
            f"{poll.question}\n{tally.ballots} ballots, {tally.rejected} not counted, "
            f"{tally.passes} not sure"
        )
        for table in tables_of(poll, tally):
            click.echo(f"{table.name}: {', '.join(str(head) for head in table.heads)}")
            for label, figures in table.rows:
                click.echo(f"  {label}: {', '.join('-' if n is None else str(n) for n in figures)}")
    if tally != tally_of(poll) or tally.ballots != poll.ballot_count:
        click.echo("deliberate: the page shows another count", err=True)
        sys.exit(FAILED)


@command.command("codes")
@click.argument("number", type=int)
@click.option("--count", "how_many", type=int, required=True, help="How many codes.")
@with_appcontext
def codes(number: int, how_many: int) -> None:
    """Make one-time voting codes and print them, one a line; they are kept nowhere else."""
    try:
        for code in make_codes(None, _poll(number), how_many):
            click.echo(code)
    except Refused as refused:
        fail(str(refused.reason))


@command.command("rewrite")
@with_appcontext
def rewrite() -> None:
    """Rewrite ballots in the order of their keys, so that storage tells nothing (PostgreSQL)."""
    rewritten = rewrite_boxes()
    click.echo(f"rewritten: {', '.join(rewritten) or 'nothing to do'}")


def _poll(number: int) -> Poll:
    poll = poll_numbered(number)
    if poll is None:
        fail(f"no poll {number}")
    return poll

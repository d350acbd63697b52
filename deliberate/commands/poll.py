"""`deliberate poll`: count ballots again, create voting codes, rewrite the ballot tables."""

import json
import sys

import click
from flask.cli import with_appcontext

from deliberate.clock import now
from deliberate.commands.cli_errors import FAILED, fail
from deliberate.exports.tally_files import tally_document
from deliberate.models import Poll
from deliberate.operations.polls.ballot_box import create_voting_codes, rewrite_ballot_tables
from deliberate.permissions.decision import Refused
from deliberate.queries.polls.counted_ballots import is_box_unchanged
from deliberate.queries.polls.polls import get_poll
from deliberate.queries.polls.result_tables import result_tables
from deliberate.queries.polls.results import count_ballots, get_tally


@click.group("poll", help="Count a poll again, create voting codes, rewrite the ballot tables.")
def command() -> None:
    """Group the poll commands."""


@command.command("recount")
@click.argument("poll_id", metavar="NUMBER", type=int)
@click.option("--json", "as_json", is_flag=True, help="The tally file as JSON.")
@with_appcontext
def recount(poll_id: int, as_json: bool) -> None:
    """Count a poll's stored ballots again; exit code 1 if the page shows another count."""
    poll = _poll(poll_id)
    if not poll.shows_result(now()):
        fail(f"poll {poll_id} does not show its result yet")
    tally = count_ballots(poll)
    if as_json:
        click.echo(json.dumps(tally_document(poll, tally), ensure_ascii=False, indent=1))
    else:
        click.echo(
            f"{poll.question}\n{tally.ballots} ballots, {tally.rejected} not counted, "
            f"{tally.passes} not sure"
        )
        for table in result_tables(poll, tally):
            click.echo(f"{table.name}: {', '.join(str(column) for column in table.columns)}")
            for label, figures in table.rows:
                click.echo(f"  {label}: {', '.join('-' if n is None else str(n) for n in figures)}")
    if not is_box_unchanged(poll):
        fail("the ballots are not those that were logged when the ballot box was closed")
    if tally != get_tally(poll) or tally.ballots != poll.ballot_count:
        click.echo("deliberate: the page shows another count", err=True)
        sys.exit(FAILED)


@command.command("codes")
@click.argument("poll_id", metavar="NUMBER", type=int)
@click.option("--count", type=int, required=True, help="How many codes.")
@with_appcontext
def codes(poll_id: int, count: int) -> None:
    """Create one-time voting codes and print them, one a line; they are not stored."""
    try:
        for code in create_voting_codes(None, _poll(poll_id), count):
            click.echo(code)
    except Refused as refused:
        fail(str(refused.reason))


@command.command("rewrite")
@with_appcontext
def rewrite() -> None:
    """Rewrite ballots in the order of their keys, to hide who cast them (PostgreSQL)."""
    rewritten = rewrite_ballot_tables()
    click.echo(f"rewritten: {', '.join(rewritten) or 'nothing to do'}")


def _poll(poll_id: int) -> Poll:
    poll = get_poll(poll_id)
    if poll is None:
        fail(f"no poll {poll_id}")
    return poll

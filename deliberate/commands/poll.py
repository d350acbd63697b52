"""`deliberate poll`: count and open ballot boxes again, create voting codes, rewrite tables."""

import json
import sys

import click
from flask.cli import with_appcontext

from deliberate.clock import now
from deliberate.commands.cli_errors import FAILED, fail
from deliberate.exports.tally_files import tally_document
from deliberate.models import Person, Poll
from deliberate.operations.accounts.second_factor import PendingSignInExpired
from deliberate.operations.accounts.sign_in import InvalidCredentials, verify_passphrase
from deliberate.operations.polls.ballot_box import create_voting_codes, rewrite_ballot_tables
from deliberate.operations.polls.box_inspection import inspect_ballot_box
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.queries.polls.counted_ballots import is_box_unchanged
from deliberate.queries.polls.polls import get_poll
from deliberate.queries.polls.result_tables import ResultTable, result_tables, winning_options
from deliberate.queries.polls.results import count_ballots, get_tally, published_part
from deliberate.queries.polls.tally import Tally
from deliberate.vocabulary import Role


@click.group(
    "poll",
    help="Count a poll or open its box again, create voting codes, rewrite the ballot tables.",
)
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
    counted = count_ballots(poll)
    tally = published_part(poll, counted)
    if as_json:
        click.echo(json.dumps(tally_document(poll, tally), ensure_ascii=False, indent=1))
    else:
        _print_totals(poll, tally)
        for table in result_tables(poll, tally):
            _print_table(table)
    if not is_box_unchanged(poll):
        fail("the ballots are not those that were logged when the ballot box was closed")
    if counted != get_tally(poll) or counted.ballots != poll.ballot_count:
        click.echo("deliberate: the page shows another count", err=True)
        sys.exit(FAILED)


def _print_table(table: ResultTable) -> None:
    click.echo(f"{table.name}: {', '.join(map(str, table.columns))}")
    for label, figures in table.rows:
        click.echo(f"  {label}: {', '.join('-' if n is None else str(n) for n in figures)}")


def _print_totals(poll: Poll, tally: Tally) -> None:
    if not tally.withheld_below:
        totals = f"{tally.ballots} ballots, {tally.rejected} not counted, {tally.passes} not sure"
        click.echo(f"{poll.question}\n{totals}")
        return
    winners = ", ".join(option.label for option in winning_options(poll, tally))
    click.echo(
        f"{poll.question}\n{tally.ballots} ballots; winner: {winners or 'withheld'}\n"
        f"The figures of a secret poll with fewer than {tally.withheld_below} ballots could show"
        " how somebody voted."
    )


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


@command.command("reopen-box")
@click.argument("poll_id", metavar="NUMBER", type=int)
@with_appcontext
def reopen_box(poll_id: int) -> None:
    """Compare a closed ballot box with the hash of its close; exit code 1 if it differs.

    An evaluator and a researcher sign in one after the other; the log has an act of both or none.
    """
    poll = _poll(poll_id)
    signed_in = [_sign_in(role) for role in (Role.EVALUATOR, Role.RESEARCHER)]
    (first, first_code), (second, second_code) = signed_in
    try:
        inspection = inspect_ballot_box(first, poll, second, (first_code, second_code))
    except Refused as refused:
        fail(str(refused.reason))
    except (InvalidCredentials, PendingSignInExpired):
        fail("the code of a second factor is wrong; nothing was recorded")
    except TooManyAttempts:
        fail("too many wrong codes of a second factor; try again later")
    for difference in inspection.differences:
        click.echo(f"differs: {difference}")
    if not inspection.holds:
        fail("the ballot box is not the one that was closed")
    click.echo(f"holds: {inspection.ballots} ballots are those that were closed")


def _sign_in(role: Role) -> tuple[Person, str]:
    """Ask a scrutineer for name, passphrase and, if the account has one, the second factor."""
    name = click.prompt(f"Sign-in name of the {role}", err=True)
    passphrase = click.prompt("Passphrase", hide_input=True, err=True)
    try:
        person = verify_passphrase(name, passphrase, "command line")
    except (InvalidCredentials, TooManyAttempts):
        fail(f"the {role} could not sign in: name or passphrase is wrong, or too many attempts")
    if person.role != role:
        fail(f"{name} is not an account of the role {role}")
    has_factor = second_factor_added_at(person) is not None
    code = click.prompt("Code of the second factor", err=True) if has_factor else ""
    return person, code


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

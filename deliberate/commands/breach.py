"""`deliberate breach-list`: the accounts to notify after a breach of personal data."""

import csv
import sys
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from deliberate.queries.accounts.breach_list import people_stored_since


@click.command("breach-list")
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Time since when data may have been read, in UTC.",
)
@with_appcontext
def command(since: datetime) -> None:
    """List as CSV the accounts with data stored since then; erased ones by id only."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["person", "sign_in_name", "email", "language", "acted_since", "erased_at"])
    for person, has_acted in people_stored_since(since.replace(tzinfo=UTC)):
        erased = person.erased_at.isoformat() if person.erased_at else ""
        name = person.sign_in_name or ""
        row = [person.id, name, person.email or "", person.language, int(has_acted), erased]
        rows.writerow(row)

"""`deliberate breach-list`: whom to tell after a breach of personal data."""

import csv
import sys
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from deliberate.queries.accounts.accounts import people_concerned


@click.command("breach-list")
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Since when data may have been read, in UTC.",
)
@with_appcontext
def command(since: datetime) -> None:
    """List as CSV the accounts whose data was kept since then; the erased by number alone."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["person", "sign_in_name", "email", "language", "acted_since", "erased_at"])
    for person, has_acted in people_concerned(since.replace(tzinfo=UTC)):
        erased = person.erased_at.isoformat() if person.erased_at else ""
        name = person.sign_in_name or ""
        row = [person.id, name, person.email or "", person.language, int(has_acted), erased]
        rows.writerow(row)

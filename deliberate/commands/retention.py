"""`deliberate retention`: let go of what is no longer needed."""

import click
from flask.cli import with_appcontext

from deliberate.operations.accounts.retention import purge_expired


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say how much it would be.")
@with_appcontext
def command(dry_run: bool) -> None:
    """Delete read messages and drafts of a year, notes of old reports, expired sign-ins."""
    for old in purge_expired(dry_run=dry_run):
        click.echo(f"{old.count:8}  {old.name}")
    click.echo("nothing was deleted" if dry_run else "deleted")

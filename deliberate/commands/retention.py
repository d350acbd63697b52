"""`deliberate retention`: delete data past its retention period."""

import click
from flask.cli import with_appcontext

from deliberate.operations.accounts.retention import purge_expired


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Report the numbers without deleting.")
@with_appcontext
def command(dry_run: bool) -> None:
    """Delete what is past its retention period: the rules are in docs/privacy.md."""
    for expired in purge_expired(dry_run=dry_run):
        click.echo(f"{expired.count:8}  {expired.rule}")
    click.echo("nothing was deleted" if dry_run else "deleted")

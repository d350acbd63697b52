"""`deliberate reindex`: rebuild the full-text index."""

import click
from flask.cli import with_appcontext

from deliberate.operations.search import rebuild_index


@click.command("reindex")
@with_appcontext
def command() -> None:
    """Rebuild the full-text index from all visible texts; search stays available."""
    for table, count in rebuild_index().items():
        click.echo(f"{count:8}  {table}")

"""`deliberate reindex`: make the index that search reads anew."""

import click
from flask.cli import with_appcontext

from deliberate.operations.search import rebuild_index


@click.command("reindex")
@with_appcontext
def command() -> None:
    """Fill the index of words from the texts that stand; search goes on meanwhile."""
    for table, count in rebuild_index().items():
        click.echo(f"{count:8}  {table}")

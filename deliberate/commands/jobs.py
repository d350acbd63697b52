"""`deliberate jobs`: run the periodic jobs in a process of their own."""

import signal
from contextlib import suppress

import click

from deliberate import create_app, start_jobs
from deliberate.commands.startup import handle_termination, migrate_stores
from deliberate.logging import configure_logging


@click.command("jobs")
def command() -> None:
    """Run the periodic jobs (sealing, deadlines, mail, scores) until stopped."""
    configure_logging()
    app = create_app()
    migrate_stores(app)
    worker = start_jobs(app)
    handle_termination()
    click.echo("deliberate runs its jobs")
    try:
        with suppress(KeyboardInterrupt):
            signal.pause()
    finally:
        worker.stop()

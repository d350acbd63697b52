"""`deliberate jobs`: the periodic work alone, beside web processes that run without it."""

import signal
from contextlib import suppress

import click

from deliberate import create_app, start_jobs
from deliberate.commands.startup import prepare, settle
from deliberate.logging import configure_logging


@click.command("jobs")
def command() -> None:
    """Run the periodic work (sealing, deadlines, mail, scores) until stopped."""
    configure_logging()
    app = create_app()
    prepare(app)
    worker = start_jobs(app)
    settle()
    click.echo("deliberate runs its jobs")
    try:
        with suppress(KeyboardInterrupt):
            signal.pause()
    finally:
        worker.stop()

"""`deliberate jobs`: run the periodic jobs in a process of their own."""

import signal
from collections.abc import Callable
from contextlib import suppress

import click
from flask import Flask

from deliberate import create_app, start_jobs
from deliberate.commands.serving.journal import wrap_foreign_lines
from deliberate.commands.startup import handle_termination, migrate_stores
from deliberate.logging import configure_logging


@click.command("jobs")
def command() -> None:
    """Run the periodic jobs (sealing, deadlines, mail, scores) until stopped."""
    wrap_foreign_lines()
    configure_logging()
    app = create_app()
    migrate_stores(app)
    run_jobs(app, lambda: click.echo("deliberate runs its jobs"))


def run_jobs(app: Flask, announce: Callable[[], None] = lambda: None) -> None:
    """Run the jobs until SIGTERM; then let those that run finish. Announce when they have begun."""
    worker = start_jobs(app)
    handle_termination()
    announce()
    try:
        with suppress(KeyboardInterrupt):
            signal.pause()
    finally:
        worker.stop()

"""`deliberate serve`: run the platform in production."""

import os
import signal
import socket
from contextlib import suppress
from functools import partial

import click
from flask import Flask
from flask_babel import get_babel

from deliberate import create_app, without_garbage_collection
from deliberate.commands.jobs import run_jobs
from deliberate.commands.serving.journal import wrap_foreign_lines
from deliberate.commands.serving.metrics_folder import merge_ended, shared_metrics
from deliberate.commands.serving.restart import (
    bind_soon,
    earlier_processes,
    inherited_listener,
    replace_program,
)
from deliberate.commands.serving.server import GracefulServer
from deliberate.commands.serving.supervisor import Supervisor, block_signals
from deliberate.commands.startup import freeze_memory, migration_in_child
from deliberate.config import is_loopback
from deliberate.database import release_connections
from deliberate.logging import configure_logging

JOBS = "jobs"


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, envvar="PORT", show_default=True
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=None, help="[default: one for each core]"
)
@click.option("--threads", type=click.IntRange(1, 64), default=8, help="Of each process.")
@click.option("--jobs/--no-jobs", default=True, help="Run the periodic jobs in one more process.")
def command(host: str, port: int, processes: int | None, threads: int, jobs: bool) -> None:
    """Serve the platform over HTTP, behind a reverse proxy with TLS.

    SIGTERM ends it when all accepted requests are answered; SIGHUP starts the program on disk and
    then ends the earlier one so, without refusing a connection.
    """
    block_signals()
    earlier, listener = earlier_processes(), inherited_listener() or bind_soon(host, port)
    wrap_foreign_lines()
    configure_logging()
    with shared_metrics(is_restart=bool(earlier)):
        app = _ready_app(host)
        serve = partial(_serve, app, listener, threads)
        programs = {f"server {number + 1}": serve for number in range(processes or _cores())}
        if jobs:
            programs[JOBS] = partial(run_jobs, app)
        _supervise(Supervisor(programs, earlier, {JOBS}, merge_ended), listener, host)


def _supervise(supervisor: Supervisor, listener: socket.socket, host: str) -> None:
    supervisor.start()
    click.echo(f"deliberate serves {host}:{listener.getsockname()[1]}")
    if supervisor.watch() == signal.SIGHUP:
        replace_program(listener, supervisor.processes())
    with suppress(OSError):  # some systems cannot shut down a socket that listens
        listener.shutdown(socket.SHUT_RDWR)  # for all: who comes now is refused, not lost
    supervisor.stop()
    listener.close()


def _ready_app(host: str) -> Flask:
    """Return the application, its stores at the newest schema and no connection open."""
    with without_garbage_collection():  # all that is read here stays
        return _read_app(host)


def _read_app(host: str) -> Flask:
    app = create_app()
    if app.config["SETTINGS"].plain_http and not is_loopback(host):
        raise click.ClickException(
            f"DELIBERATE_PLAIN_HTTP is for a trial on one machine: --host must be 127.0.0.1,"
            f" ::1 or localhost (got {host!r})"
        )
    with migration_in_child(app):
        get_babel(app).instance.domain_instance.load()
    release_connections(app)
    freeze_memory()
    return app


def _serve(app: Flask, listener: socket.socket, threads: int) -> None:
    GracefulServer(app, listener, threads).run()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""Start-up of every process: newest schema, transient store, one process at a time."""

import errno
import fcntl
import gc
import multiprocessing
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from deliberate.config import Settings
from deliberate.database import create_transient_tables, db
from deliberate.database.schema import (
    known_revisions,
    newest_revision,
    stored_revision,
    upgrade_schema,
)

MIGRATION_LOCK = 0x64656C6962
"""Number of the lock in PostgreSQL, which has one for all programs of a database."""


class PortTaken(click.ClickException):
    """Another program has the port."""


def bind_port(host: str, port: int) -> socket.socket:
    """Return a socket bound to the port before anything else is done; fail if it is in use."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"port {port} is taken; choose another: PORT={port + 1}") from None
        raise click.ClickException(f"{host}:{port}: {error.strerror}") from None
    return listener


@contextmanager
def startup_lock(settings: Settings) -> Iterator[None]:
    """Hold the start-up lock of an installation; other processes wait."""
    path = settings.data_path / "starting.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def migration_lock() -> Iterator[None]:
    """Hold the start-up lock of the database, which processes of other hosts wait for.

    The lock of startup_lock() is a file of this host. This one ends with its transaction, so it is
    safe with a pool that gives each transaction another connection. SQLite has one host.
    """
    if db.engine.dialect.name != "postgresql":
        yield
        return
    with db.engine.connect() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK}
        )
        yield


def migrate_stores(app: Flask) -> None:
    """Bring both stores to the newest schema; processes of any hosts may do so at once.

    Raises ClickException if the database cannot be reached or comes from a newer version.
    """
    with app.app_context(), startup_lock(app.config["SETTINGS"]):
        try:
            with migration_lock():
                if not is_schema_current():
                    upgrade_schema()
                create_transient_tables(app)
        except OperationalError as error:
            raise click.ClickException(f"the database cannot be used: {error.orig}") from None


@contextmanager
def migration_in_child(app: Flask) -> Iterator[None]:
    """Bring both stores to the newest schema in a child process; wait at the end for its end.

    What migrations need stays out of the memory of this process and of those it forks. Exits if the
    child fails.
    """
    child = multiprocessing.get_context("fork").Process(target=_migrate_or_exit, args=(app,))
    child.start()
    yield
    child.join()
    if child.exitcode:
        sys.exit(child.exitcode)


def _migrate_or_exit(app: Flask) -> None:
    try:
        migrate_stores(app)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def is_schema_current() -> bool:
    """Return whether the database has the schema of this version.

    Raises ClickException if a newer version made it.
    """
    with db.engine.connect() as connection:
        revision = stored_revision(connection)
    if revision is not None and revision not in known_revisions():
        raise click.ClickException(
            f"the database is at revision {revision}, which this version does not know: "
            "a newer version made it"
        )
    return revision == newest_revision()


def handle_termination() -> None:
    """Freeze start-up objects for the garbage collector, and exit in order on SIGTERM."""
    signal.signal(signal.SIGTERM, _exit_on_signal)
    freeze_memory()


def freeze_memory() -> None:
    """Set aside all objects that exist: the program is never garbage, requests alone leave some.

    Processes forked afterwards share the memory of these objects. Nothing is collected before: one
    in a hundred objects of the start-up is garbage, and to find it takes a tenth of the start.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _exit_on_signal(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not interrupt the end
    sys.exit(0)

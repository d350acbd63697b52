"""Start-up of every process: newest schema, transient store, one process at a time."""

import fcntl
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from deliberate.config import Settings
from deliberate.database import create_transient_tables, db


@contextmanager
def startup_lock(settings: Settings) -> Iterator[None]:
    """Hold the start-up lock of an installation; other processes wait."""
    path = settings.data_path / "starting.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate_stores(app: Flask) -> None:
    """Bring both stores to the newest schema; several processes may do so at once.

    Raises ClickException if the database cannot be reached or comes from a newer version.
    """
    with app.app_context(), startup_lock(app.config["SETTINGS"]):
        try:
            if not is_schema_current():
                upgrade()
            create_transient_tables(app)
        except OperationalError as error:
            raise click.ClickException(f"the database cannot be used: {error.orig}") from None


def is_schema_current() -> bool:
    """Return whether the database has the schema of this version."""
    return _current_revision() == _scripts().get_current_head()


def knows_revision(revision: str) -> bool:
    """Return whether this version can migrate a schema of this revision."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(current_app.extensions["migrate"].directory)))


def _current_revision() -> str | None:
    """Return the revision of the database; None for an empty one."""
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and not knows_revision(revision):
        raise click.ClickException(
            f"the database is at revision {revision}, which this version does not know: "
            "a newer version made it"
        )
    return revision


def handle_termination() -> None:
    """Freeze start-up objects for the garbage collector, and exit in order on SIGTERM."""
    signal.signal(signal.SIGTERM, _exit_on_signal)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _exit_on_signal(_signal: int, _frame: object) -> None:
    sys.exit(0)

"""What every start of the platform does first: the newest schema, the transient store, once."""

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
from deliberate.database import db, make_transient


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """One process of an installation at a time; the others wait here until it is done."""
    path = settings.data_path / "starting.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(app: Flask) -> None:
    """Bring both stores to the newest schema; several processes may do so at once.

    Raises ClickException where the database cannot be reached or comes from a newer version.
    """
    with app.app_context(), alone(app.config["SETTINGS"]):
        try:
            if not is_newest():
                upgrade()
            make_transient(app)
        except OperationalError as error:
            raise click.ClickException(f"the database cannot be used: {error.orig}") from None


def is_newest() -> bool:
    """Whether the database has the schema of this version."""
    return _revision_there() == _scripts().get_current_head()


def knows_revision(revision: str) -> bool:
    """Whether a schema's revision is one this version can bring to the newest."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(current_app.extensions["migrate"].directory)))


def _revision_there() -> str | None:
    """The database's revision; None for an empty one."""
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and not knows_revision(found):
        raise click.ClickException(
            f"the database is at revision {found}, which this version does not know: "
            "a newer version made it"
        )
    return found


def settle() -> None:
    """Keep what start-up made out of later garbage collections; end in order when told to."""
    signal.signal(signal.SIGTERM, _end)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _end(_signal: int, _frame: object) -> None:
    sys.exit(0)

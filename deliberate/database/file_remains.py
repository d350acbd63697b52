"""Remove earlier contents of rows from the files of both stores, after an erasure."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import Engine

from deliberate.database.base import db
from deliberate.database.engines import LOCK_TIMEOUT_MS

CHECKPOINT_TIMEOUT_MS = 1000
"""Maximum wait for readers: other writers wait as long, and a later job tries again."""


def truncate_write_ahead_logs() -> bool:
    """Move the write-ahead logs of SQLite into its files and empty them.

    They contain pages as they were before and after each change. Returns False if a reader
    prevented it. PostgreSQL recycles its own log.
    """
    engines: list[Engine] = [db.engine, current_app.extensions["transient"]]
    emptied = [_truncate(engine) for engine in engines if engine.dialect.name == "sqlite"]
    return all(emptied)


def _truncate(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_TIMEOUT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        state = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_MS}")
        return state is not None and state[0] == 0  # the first column says whether it was busy
    finally:
        connection.close()


def vacuum(tables: Iterable[str], transient_tables: Iterable[str]) -> None:
    """Remove dead rows from tables of PostgreSQL; SQLite overwrites what it deletes."""
    if db.engine.dialect.name != "postgresql":
        return
    names = [*tables, *(f"transient.{name}" for name in transient_tables)]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in names:
            connection.exec_driver_sql(f"VACUUM {name}")

"""Connections to SQLite and PostgreSQL: settings, and read-only transactions outside acts."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

LOCK_TIMEOUT_MS = 4000
"""Maximum wait of one statement for a lock; then the write is refused with 503.

A request that writes to both stores can wait once for each.
"""
CONNECT_TIMEOUT_S = 4
POOL_OPTIONS = {"pool_size": 16, "max_overflow": 64, "pool_timeout": CONNECT_TIMEOUT_S}


BULK_PRAGMAS = ("cache_size=-32768", "wal_autocheckpoint=8000")
"""32 MB of pages in memory, and as many in the WAL before they are copied to the database."""
_BEGIN_IMMEDIATE = "BEGIN IMMEDIATE"
REPLICA_TIMEOUT_S = 2
"""Wait for a replica that does not respond; its readers then get the primary."""


def engine_options(
    url: str, *, is_pooled: bool = False
) -> dict[str, Any]:  # Any: options have values of many types
    """Return the options of create_engine() for a database URL.

    A connection to PostgreSQL is tried before each use: after a restart of the database each
    process would otherwise fail the first requests, one for each connection that it keeps. Behind
    a pool that gives each transaction another connection (`is_pooled`) no statement is prepared.
    """
    if url.startswith("sqlite"):
        return dict(POOL_OPTIONS)
    connect: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S}
    if is_pooled:
        connect["prepare_threshold"] = None
    return {**POOL_OPTIONS, "pool_pre_ping": True, "connect_args": connect}


def make_read_only(engine: Engine, *, is_pooled: bool = False) -> None:
    """Make every transaction read-only unless its connection has the option `writing`."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _set_query_only)
    elif is_pooled:
        event.listen(engine, "begin", _begin_pooled)
    else:
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "begin", _begin_postgres)


def create_replica_engine(url: str, *, is_pooled: bool = False) -> Engine:
    """Return the engine of a replica, which is given up soon if it does not respond."""
    options = engine_options(url, is_pooled=is_pooled)
    options["connect_args"] |= {
        "connect_timeout": REPLICA_TIMEOUT_S,
        "tcp_user_timeout": REPLICA_TIMEOUT_S * 1000,
    }
    engine = create_engine(url, **options)
    make_read_only(engine, is_pooled=is_pooled)
    return engine


def create_transient_engine(url: str, *, is_pooled: bool = False) -> Engine:
    """Return the engine of the transient store: a second SQLite file, or a schema of its own."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        engine = create_engine(f"sqlite:///{Path(path).parent}/transient.db", **POOL_OPTIONS)
        event.listen(engine, "connect", _prepare_transient_sqlite)
        event.listen(engine, "begin", _begin_transient_sqlite)
        return engine
    engine = create_engine(url, **engine_options(url, is_pooled=is_pooled))
    return engine.execution_options(schema_translate_map={None: "transient"})


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # BEGIN is sent by the begin listener
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={LOCK_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "secure_delete=ON",
        "query_only=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    may_write = bool(connection.get_execution_options().get("writing"))
    # Sent beside SQLAlchemy, which takes ten times as long as SQLite.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA query_only={'OFF' if may_write else 'ON'}")
    if may_write:
        _begin_immediate(cursor)
    else:
        cursor.execute("BEGIN")
    cursor.close()


def _begin_immediate(cursor: DBAPICursor) -> None:
    """Take the write lock; raise the error of SQLAlchemy where another writer keeps it."""
    try:
        cursor.execute(_BEGIN_IMMEDIATE)
    except sqlite3.OperationalError as error:
        raise OperationalError(_BEGIN_IMMEDIATE, None, error) from error


def prepare_bulk_writes(connection: Connection) -> None:
    """Let a connection of a command keep more pages in memory and copy the WAL less often.

    An import changes pages all over the indexes: with two megabytes of cache it reads and writes
    most of them anew for each batch. A commit is as durable as any other.
    """
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        for pragma in BULK_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _set_query_only(connection: DBAPIConnection | None, _entry: ConnectionPoolEntry) -> None:
    if connection is not None:
        connection.cursor().execute("PRAGMA query_only=ON")


def _prepare_postgres(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    cursor.execute("SET synchronous_commit = on")
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
    cursor.close()
    connection.commit()


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")


def _begin_pooled(connection: Connection) -> None:
    """Set what _prepare_postgres() sets for a session, for this transaction alone.

    One message to the server: the next transaction may have another connection.
    """
    mode = "WRITE" if connection.get_execution_options().get("writing") else "ONLY"
    cursor = connection.connection.cursor()
    cursor.execute(
        f"SET TRANSACTION READ {mode}; SET LOCAL synchronous_commit = on;"
        f" SET LOCAL TIME ZONE 'UTC'; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"
    )
    cursor.close()


def _prepare_transient_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    _prepare_sqlite(connection, entry)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=OFF")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin_transient_sqlite(connection: Connection) -> None:
    may_write = connection.get_execution_options().get("writing")
    if may_write:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        cursor = connection.connection.cursor()
        cursor.execute("BEGIN")
        cursor.close()

"""Connections to SQLite and PostgreSQL: settings, and read-only transactions outside acts."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

LOCK_TIMEOUT_MS = 4000
"""Maximum wait of one statement for a lock; then the write is refused with 503.

A request that writes to both stores can wait once for each.
"""
CONNECT_TIMEOUT_S = 4
POOL_OPTIONS = {"pool_size": 16, "max_overflow": 64, "pool_timeout": CONNECT_TIMEOUT_S}


def engine_options(url: str) -> dict[str, Any]:  # Any: options have values of many types
    """Return the options of create_engine() for a database URL.

    A connection to PostgreSQL is tried before each use: after a restart of the database each
    process would otherwise fail the first requests, one for each connection that it keeps.
    """
    if url.startswith("sqlite"):
        return dict(POOL_OPTIONS)
    connect = {"connect_timeout": CONNECT_TIMEOUT_S}
    return {**POOL_OPTIONS, "pool_pre_ping": True, "connect_args": connect}


def make_read_only(engine: Engine) -> None:
    """Make every transaction read-only unless its connection has the option `writing`."""
    is_sqlite = engine.dialect.name == "sqlite"
    event.listen(engine, "connect", _prepare_sqlite if is_sqlite else _prepare_postgres)
    event.listen(engine, "begin", _begin_sqlite if is_sqlite else _begin_postgres)
    if is_sqlite:
        event.listen(engine, "checkin", _set_query_only)


def create_transient_engine(url: str) -> Engine:
    """Return the engine of the transient store: a second SQLite file, or a schema of its own."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        engine = create_engine(f"sqlite:///{Path(path).parent}/transient.db", **POOL_OPTIONS)
        event.listen(engine, "connect", _prepare_transient_sqlite)
        event.listen(engine, "begin", _begin_transient_sqlite)
        return engine
    engine = create_engine(url, **engine_options(url))
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
    # Sent beside SQLAlchemy, which takes ten times as long as SQLite; BEGIN IMMEDIATE can fail.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA query_only={'OFF' if may_write else 'ON'}")
    if may_write:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        cursor.execute("BEGIN")
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

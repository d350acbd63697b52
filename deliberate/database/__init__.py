"""The recorded store, read-only outside acts, and the transient store."""

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as ConnectionTimeout

from deliberate.database.base import Base, TransientBase, db
from deliberate.database.columns import (
    Amount,
    BigId,
    Json,
    UtcDateTime,
    canonical_json,
    new_id,
    new_salt,
)
from deliberate.database.data_version import (
    Version,
    name_changed_thread,
    read_version,
    watch_changes,
)
from deliberate.database.engines import (
    create_replica_engine,
    create_transient_engine,
    engine_options,
    make_read_only,
)
from deliberate.database.file_remains import truncate_write_ahead_logs, vacuum
from deliberate.database.replica import (
    get_replica,
    init_replica,
    leave_replica,
    read_from_replica,
    reading_engine,
)
from deliberate.database.session_guard import (
    UnrecordedChange,
    guard_session,
    reject_pending_changes,
)
from deliberate.database.transactions import (
    ClockBehind,
    NestedAct,
    TooManyWriters,
    atomic_batch,
    limit_writing_requests,
    transient,
    unrecorded,
    writing,
)

__all__ = [
    "UNAVAILABLE_ERRORS",
    "Amount",
    "Base",
    "BigId",
    "ClockBehind",
    "Json",
    "NestedAct",
    "TooManyWriters",
    "TransientBase",
    "UnrecordedChange",
    "UtcDateTime",
    "Version",
    "atomic_batch",
    "canonical_json",
    "create_transient_tables",
    "db",
    "get_replica",
    "init_app",
    "leave_replica",
    "limit_writing_requests",
    "name_changed_thread",
    "new_id",
    "new_salt",
    "read_from_replica",
    "read_version",
    "reading_engine",
    "release_connections",
    "transient",
    "truncate_write_ahead_logs",
    "unrecorded",
    "vacuum",
    "writing",
]

UNAVAILABLE_ERRORS = (OperationalError, ConnectionTimeout, TooManyWriters, ClockBehind)
"""Raised when a database is locked, full, down or ahead of the clock; nothing was stored."""


def init_app(app: Flask) -> None:
    """Bind both stores to the application and make the recorded one read-only outside acts."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    replica_url = str(app.config.get("REPLICA_URI", ""))
    is_pooled = bool(app.config.get("TRANSACTION_POOLING"))
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url, is_pooled=is_pooled)
    db.init_app(app)
    with app.app_context():
        make_read_only(db.engine, is_pooled=is_pooled)
        watch_changes(db.engine)
    app.extensions["transient"] = create_transient_engine(url, is_pooled=is_pooled)
    if replica_url:
        init_replica(app, create_replica_engine(replica_url, is_pooled=is_pooled))
    guard_session(db.session)
    app.after_request(reject_pending_changes)


def release_connections(app: Flask) -> None:
    """Close all connections, before processes are forked: none may be used by two."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        app.extensions["transient"].dispose()
        replica = get_replica()
        if replica is not None:
            replica.engine.dispose()


def create_transient_tables(app: Flask) -> None:
    """Create the missing tables of the transient store; existing ones do not change."""
    engine: Engine = app.extensions["transient"]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS transient"))
        TransientBase.metadata.create_all(connection)

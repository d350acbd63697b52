"""The two stores: the recorded one, read-only outside an act by the database, and the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask.wrappers import Response
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.pool import ConnectionPoolEntry

from deliberate.database.columns import BigId, Json, Moment, canonical, new_id

__all__ = [
    "Base",
    "BigId",
    "Json",
    "Moment",
    "NestedAct",
    "TransientBase",
    "UnrecordedChange",
    "canonical",
    "db",
    "init_app",
    "make_transient",
    "new_id",
    "transient",
    "unrecorded",
    "writing",
]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


WAITS_MS = 4000
"""How long a writer waits for another before it is told to come again: an answer within 5 s."""
CONNECTING_S = 4
POOL = {"pool_size": 16, "max_overflow": 64, "pool_timeout": CONNECTING_S}


class Base(DeclarativeBase):
    """The recorded store: whatever changes here leaves a row in the log."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {int: BigId}


class TransientBase(DeclarativeBase):
    """The transient store: sessions, throttles, reading. No act, and no proof of any."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {int: BigId}


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)


class UnrecordedChange(RuntimeError):
    """Something tried to change the recorded store outside an act."""


class NestedAct(RuntimeError):
    """An act was begun inside an act: one operation is one act."""


# --- writing -------------------------------------------------------------------------------------


@contextmanager
def writing(purpose: str) -> Iterator[Session]:
    """One write transaction, begun under the database's write lock; the program's only commit.

    Everything read before is read again inside. Raises NestedAct inside another one. Within
    together() the transaction is the one that stands around them all.
    """
    session: Session = db.session()
    if "writing" in session.info:
        raise NestedAct(f"{purpose} inside {session.info['writing']}")
    is_alone = "together" not in session.info
    if is_alone:
        session.rollback()
        session.connection(execution_options={"writing": True})
    session.info["writing"] = purpose
    try:
        yield session
        if is_alone:
            session.commit()
        else:
            session.flush()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["writing"]


@contextmanager
def atomic_batch(why: str) -> Iterator[None]:
    """Many acts in one transaction, still one row each: all of them are kept, or none.

    The write lock is held all the time, so what the session has read stays true. For the seed.
    """
    with writing(why) as session:
        session.info["together"] = session.info.pop("writing")
        try:
            yield
        finally:
            session.info["writing"] = session.info.pop("together")


@contextmanager
def unrecorded(why: str) -> Iterator[Session]:
    """Write what is no act (migrations, sealing, drafts, repair), saying why it is none."""
    with writing(why) as session:
        yield session


@contextmanager
def transient(*, write: bool = True) -> Iterator[Session]:
    """A session on the transient store, committed at the end; nothing there is ever proof."""
    engine: Engine = current_app.extensions["transient"]
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.connection(execution_options={"writing": write})
        yield session


# --- the guard -----------------------------------------------------------------------------------


def engine_options(url: str) -> dict[str, Any]:
    """How connections are kept: one for each thread; a server that is away is soon given up on."""
    if url.startswith("sqlite"):
        return dict(POOL)
    return {**POOL, "connect_args": {"connect_timeout": CONNECTING_S}}


def init_app(app: Flask) -> None:
    """Bind both stores to the app and stand guard at the recorded one."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        _guard(db.engine)
    app.extensions["transient"] = _transient_engine(url)
    _watch(db.session)
    app.after_request(_nothing_pending)


def _guard(engine: Engine) -> None:
    sqlite = engine.dialect.name == "sqlite"
    event.listen(engine, "connect", _prepare_sqlite if sqlite else _prepare_postgres)
    event.listen(engine, "begin", _begin_sqlite if sqlite else _begin_postgres)
    if sqlite:
        event.listen(engine, "checkin", _close_door)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={WAITS_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "query_only=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    may_write = bool(connection.get_execution_options().get("writing"))
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if may_write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if may_write else "BEGIN")


def _close_door(connection: DBAPIConnection | None, _entry: ConnectionPoolEntry) -> None:
    if connection is not None:
        connection.cursor().execute("PRAGMA query_only=ON")


def _prepare_postgres(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    cursor.execute("SET synchronous_commit = on")
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.execute(f"SET lock_timeout = {WAITS_MS}")
    cursor.close()
    connection.commit()


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")


def _watch(session: Any) -> None:
    """Refuse at the line that tries; the database would refuse too, a little later."""
    if event.contains(session, "before_commit", _refuse_commit):
        return
    event.listen(session, "before_flush", _refuse_flush)
    event.listen(session, "before_commit", _refuse_commit)
    event.listen(session, "do_orm_execute", _refuse_statement)


def _refuse_flush(session: Session, _context: object, _instances: object) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if changed and "writing" not in session.info:
        session.expunge_all()
        raise UnrecordedChange(f"{type(changed[0]).__name__} changed outside an act")


def _refuse_commit(session: Session) -> None:
    if "writing" not in session.info:
        raise UnrecordedChange("commit outside an act")


def _refuse_statement(state: ORMExecuteState) -> None:
    changes = state.is_insert or state.is_update or state.is_delete
    if changes and "writing" not in state.session.info:
        raise UnrecordedChange("a statement that changes rows, outside an act")


def _nothing_pending(response: Response) -> Response:
    session: Session = db.session()
    if session.new or session.dirty or session.deleted:
        session.rollback()
        raise UnrecordedChange("a request ended with changes that no act recorded")
    return response


# --- the transient store -------------------------------------------------------------------------


def _transient_engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        engine = create_engine(f"sqlite:///{Path(path).parent}/transient.db", **POOL)
        event.listen(engine, "connect", _prepare_transient)
        event.listen(engine, "begin", _begin_transient)
        return engine
    engine = create_engine(url, **engine_options(url))
    return engine.execution_options(schema_translate_map={None: "transient"})


def _prepare_transient(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    _prepare_sqlite(connection, entry)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=OFF")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin_transient(connection: Connection) -> None:
    may_write = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if may_write else "BEGIN")


def make_transient(app: Flask) -> None:
    """Make the tables of the transient store where they are missing; what is there stays."""
    engine: Engine = app.extensions["transient"]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS transient"))
        TransientBase.metadata.create_all(connection)

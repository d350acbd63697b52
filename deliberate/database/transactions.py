"""Write transactions on both stores; this module holds the only commit of the recorded store."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import current_app, has_request_context
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from deliberate.database.base import db
from deliberate.database.data_version import begin_watching, change_version
from deliberate.database.replica import leave_replica

QUEUE_TIMEOUT_S = 2.0
"""Longest wait for a place among the writers, as long as others come and go."""
STALLED_S = {"sqlite": 0.05, "postgresql": 0.25}
"""Time without a writer who came or went, after which no place is soon free.

On SQLite only requests that wait for the write lock hold a place; on PostgreSQL those that write
beside each other do.
"""
READER_THREADS = 3
"""Threads of a server without a place among the writers."""


class TooManyWriters(RuntimeError):
    """No place among the writers became free in time; nothing was stored."""


class WriterPlaces:
    """The places among the writers of one server process."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._changed = threading.Condition()
        self._changed_at = -QUEUE_TIMEOUT_S

    def acquire(self, stalled_s: float) -> bool:
        """Take a place; return False where no writer came or went for a time, or in all too long.

        Where all writers are stuck, a request is refused and its thread is free for readers.
        """
        deadline = time.monotonic() + QUEUE_TIMEOUT_S
        with self._changed:
            while not self._free:
                until = min(deadline, self._changed_at + stalled_s)
                if (remaining := until - time.monotonic()) <= 0:
                    return False
                self._changed.wait(remaining)
            self._move(-1)
            return True

    def release(self) -> None:
        """Give a place back."""
        with self._changed:
            self._move(1)
            self._changed.notify()

    def _move(self, step: int) -> None:
        self._free += step
        self._changed_at = time.monotonic()


def limit_writing_requests(threads: int) -> WriterPlaces:
    """Return the places among the writers: some threads of the server stay for readers."""
    return WriterPlaces(max(1, threads - READER_THREADS))


@contextmanager
def _place_among_writers() -> Iterator[None]:
    """Hold one of the places among the writers; commands and jobs need none.

    Raises TooManyWriters where none becomes free.
    """
    places: WriterPlaces | None = current_app.extensions.get("writing_requests")
    if places is None or not has_request_context():
        yield
        return
    if not places.acquire(STALLED_S[db.engine.dialect.name]):
        raise TooManyWriters
    try:
        yield
    finally:
        places.release()


class NestedAct(RuntimeError):
    """An act was started inside an act: one operation is one act."""


class ClockBehind(RuntimeError):
    """The clock of this host is behind the newest tree head; nothing was stored."""


@contextmanager
def writing(purpose: str) -> Iterator[Session]:
    """Run one write transaction, begun under the write lock of the database, and commit it.

    Raises TooManyWriters where a server has as many writers as it may.

    The session is rolled back first, so the body reads current rows. Raises NestedAct inside
    another write transaction. Within atomic_batch() the batch commits instead.
    """
    session: Session = db.session()
    if "writing" in session.info:
        raise NestedAct(f"{purpose} inside {session.info['writing']}")
    is_batched = "batch" in session.info
    with ExitStack() as place:
        if not is_batched:
            place.enter_context(_place_among_writers())
            session.rollback()
            leave_replica()
            connection = session.connection(execution_options={"writing": True})
            if connection.dialect.name == "sqlite":
                place.close()  # the lock is held: this request no longer waits
            begin_watching(session, connection)
        session.info["writing"] = purpose
        try:
            yield session
            session.flush()
            if not is_batched:
                change_version(session, connection)
                session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            del session.info["writing"]


@contextmanager
def atomic_batch(purpose: str) -> Iterator[None]:
    """Run many acts in one transaction, each with its row: all are committed, or none.

    The write lock is held throughout, so rows that the session has read stay current. Used to
    create the sample city.
    """
    with writing(purpose) as session:
        session.info["batch"] = session.info.pop("writing")
        try:
            yield
        finally:
            session.info["writing"] = session.info.pop("batch")


@contextmanager
def unrecorded(reason: str) -> Iterator[Session]:
    """Write what is no act (migrations, sealing, drafts, repair), giving the reason."""
    with writing(reason) as session:
        yield session


@contextmanager
def transient(*, write: bool = True) -> Iterator[Session]:
    """Open a session on the transient store and commit it at the end."""
    engine: Engine = current_app.extensions["transient"]
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.connection(execution_options={"writing": write})
        yield session

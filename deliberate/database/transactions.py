"""Write transactions on both stores; this module holds the only commit of the recorded store."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from flask import current_app, has_request_context
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from deliberate.database.base import db

QUEUE_TIMEOUT_S = 0.05
"""Wait for a place among the writers: long enough for short writes one after another."""


READER_THREADS = 3
"""Threads of a server that no request waiting for the write lock takes."""


class TooManyWriters(RuntimeError):
    """As many requests as may wait for the write lock do so; this one is refused at once."""


def limit_writing_requests(threads: int) -> threading.BoundedSemaphore:
    """Return the places of requests that write: three threads of the server stay for readers."""
    return threading.BoundedSemaphore(max(1, threads - READER_THREADS))


@contextmanager
def _place_among_writers() -> Iterator[None]:
    """Hold one of the places of requests that write; commands and jobs need none.

    Raises TooManyWriters where none is free.
    """
    places: threading.BoundedSemaphore | None = current_app.extensions.get("writing_requests")
    if places is None or not has_request_context():
        yield
        return
    if not places.acquire(timeout=QUEUE_TIMEOUT_S):
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

    Raises TooManyWriters where as many requests wait for the lock as may.

    The session is rolled back first, so the body reads current rows. Raises NestedAct inside
    another write transaction. Within atomic_batch() the batch commits instead.
    """
    session: Session = db.session()
    if "writing" in session.info:
        raise NestedAct(f"{purpose} inside {session.info['writing']}")
    is_batched = "batch" in session.info
    with nullcontext() if is_batched else _place_among_writers():
        if not is_batched:
            session.rollback()
            session.connection(execution_options={"writing": True})
        session.info["writing"] = purpose
        try:
            yield session
            if is_batched:
                session.flush()
            else:
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

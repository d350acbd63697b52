"""Write transactions on both stores; this module holds the only commit of the recorded store."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from deliberate.database.base import db


class NestedAct(RuntimeError):
    """An act was started inside an act: one operation is one act."""


class ClockBehind(RuntimeError):
    """The clock of this host is behind the newest tree head; nothing was stored."""


@contextmanager
def writing(purpose: str) -> Iterator[Session]:
    """Run one write transaction, begun under the write lock of the database, and commit it.

    The session is rolled back first, so the body reads current rows. Raises NestedAct inside
    another write transaction. Within atomic_batch() the batch commits instead.
    """
    session: Session = db.session()
    if "writing" in session.info:
        raise NestedAct(f"{purpose} inside {session.info['writing']}")
    is_batched = "batch" in session.info
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

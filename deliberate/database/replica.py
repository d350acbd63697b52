"""Reads of a copy of the database: for readers without a session, while the copy is current.

The copy is a streaming replica. A request reads one database from its begin to its end, so a page
is made from one state of the data. An act always reads and writes the primary.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from deliberate.database.base import db
from deliberate.database.routed_session import chosen_engine

MAX_LAG_SECONDS = 5.0
"""A copy that is further behind is not read."""
CHECK_INTERVAL_SECONDS = 1.0
SAMPLES_KEPT = 120
_WRITTEN = text(
    "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), current_setting('wal_block_size')"
)
_REPLAYED = text("SELECT pg_is_in_recovery(), pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')")


@dataclass(frozen=True)
class ReplicaState:
    """What the last check of a copy found; `problem` is empty if it may be read."""

    problem: str
    lag_seconds: float
    checked_at: float


class Replica:
    """A streaming replica of the primary, and whether it is current.

    One thread of a process checks it once a second, within a request: threads do not survive the
    fork of the servers. The lag is the age of the newest position of the primary's log that the
    copy has replayed, so it is also right while nobody writes, and while the two are apart.
    """

    def __init__(self, engine: Engine, primary: Engine) -> None:
        self.engine, self._primary = engine, primary
        self._state = ReplicaState("not checked yet", 0.0, 0.0)
        self._samples: deque[tuple[float, int]] = deque(maxlen=SAMPLES_KEPT)
        self._checking = threading.Lock()

    def state(self) -> ReplicaState:
        """Return the state, after a new check if the last one is too old."""
        if time.monotonic() - self._state.checked_at > CHECK_INTERVAL_SECONDS:
            self._check()
        return self._state

    def is_usable(self) -> bool:
        """Return whether the copy may be read: it was found current a moment ago."""
        state = self.state()
        return not state.problem and time.monotonic() - state.checked_at < MAX_LAG_SECONDS

    def mark_down(self) -> None:
        """Read the primary until a check finds the copy current again."""
        self._state = ReplicaState("no connection", 0.0, time.monotonic())

    def _check(self) -> None:
        if not self._checking.acquire(blocking=False):
            return
        try:
            self._state = self._examine()
        finally:
            self._checking.release()

    def _examine(self) -> ReplicaState:
        self._sample_primary()
        try:
            with self.engine.connect() as connection:
                is_copy, replayed = connection.execute(_REPLAYED).one()
        except SQLAlchemyError:
            return ReplicaState("no connection", 0.0, time.monotonic())
        moment = time.monotonic()
        if not is_copy:
            return ReplicaState("is no longer a replica", 0.0, moment)
        lag = self._lag(int(replayed or 0), moment)
        problem = f"{lag:.0f} s behind" if lag > MAX_LAG_SECONDS else ""
        return ReplicaState(problem, lag, moment)

    def _sample_primary(self) -> None:
        """Note how far the primary has written; without it readers go on with the copy."""
        moment = time.monotonic()
        try:
            with self._primary.connect() as connection:
                written, block = (int(value) for value in connection.execute(_WRITTEN).one())
        except SQLAlchemyError:
            return
        # Whole blocks may end within a record, which no copy can replay before its rest is written.
        if written % block:
            self._samples.append((moment, written))

    def _lag(self, replayed: int, moment: float) -> float:
        if not self._samples or replayed >= self._samples[-1][1]:
            return 0.0
        reached = [at for at, written in self._samples if written <= replayed]
        return moment - (reached[-1] if reached else self._samples[0][0])


def get_replica() -> Replica | None:
    """Return the copy of the application, None if it has none."""
    return cast(Replica | None, current_app.extensions.get("replica"))


def read_from_replica() -> None:
    """Let this request read the copy, if there is one and it is current."""
    replica = get_replica()
    if replica is not None and replica.is_usable():
        g.setdefault("read_engine", replica.engine)


def leave_replica(*, is_down: bool = False) -> bool:
    """Let this request read the primary from now on; return whether it read the copy."""
    if chosen_engine() is None:
        return False
    g.pop("read_engine")
    replica = get_replica()
    if is_down and replica is not None:
        replica.mark_down()
    return True


def reading_engine() -> Engine:
    """Return the engine that this request reads: that of the copy or of the primary."""
    return chosen_engine() or db.engine


def init_replica(app: Flask, engine: Engine | None) -> None:
    """Add a copy to the application."""
    if engine is not None:
        with app.app_context():
            app.extensions["replica"] = Replica(engine, db.engine)

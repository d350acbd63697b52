"""How much one account and one network write in a while, so that nobody drowns the others out."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from limits import RateLimitItem, parse_many
from limits.storage import Storage
from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import transient
from deliberate.extensions import limiter
from deliberate.models import Person, RateLimitWindow
from deliberate.operations.accounts.sign_in import TooManyAttempts, network_mark
from deliberate.vocabulary import Role

NEW_ACCOUNT_AGE = timedelta(days=1)
"""So long an account writes more slowly than later."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RateLimit:
    """How often something may be done: by a new account, by any other, from one network."""

    name: str
    young: str
    known: str
    network: str
    """Wide: a whole village may stand behind one address."""


TEXTS = RateLimit(
    "text",
    young="5 per 10 minutes; 20 per day",
    known="20 per 10 minutes; 120 per day",
    network="100 per 10 minutes; 1000 per day",
)
CLICKS = RateLimit(
    "press",
    young="60 per 10 minutes",
    known="120 per 10 minutes",
    network="1200 per 10 minutes",
)
REPORTS = RateLimit(
    "report",
    young="5 per hour",
    known="20 per hour",
    network="100 per hour",
)
RECOVERIES = RateLimit("recovery", young="20 per day", known="20 per day", network="200 per day")
"""Accounts one officer begins to open for somebody at the desk."""
SIGN_UPS = RateLimit("join", young="", known="", network="30 per hour; 100 per day")

Consumed = list[tuple[RateLimitItem, str]]


def consume(pace: RateLimit, network: str, person: Person | None = None) -> Consumed:
    """Count one more; raises TooManyTries saying when it goes on. Gives what to give back.

    It is counted before anything is done, so that many at once count as many.
    """
    if not current_app.config["RATELIMIT_ENABLED"]:
        return []
    taken: Consumed = []
    try:
        for item, mark in _limits(pace, network, person):
            taken.append((item, mark))
            if not limiter.limiter.hit(item, mark):
                refund(taken)
                raise TooManyAttempts(_end_of(item, mark))
    except _failures() as error:
        _log.warning("limits are not counted: %s", type(error).__name__)
        return []
    return taken


def refund(turn: Consumed) -> None:
    """Nothing came of it: it counts no more; where the counters are away, it does not matter."""
    if not turn:
        return
    with suppress(OperationalError, *_failures()):
        for item, mark in turn:
            limiter.storage.incr(item.key_for(mark), item.get_expiry(), amount=-1)


def _failures() -> tuple[type[Exception], ...]:
    """What a store of counters elsewhere raises when it is away."""
    found = limiter.storage.base_exceptions
    return found if isinstance(found, tuple) else (found,)


@contextmanager
def rate_limited(pace: RateLimit, network: str) -> Iterator[None]:
    """Count what is done inside, unless it fails; raises TooManyTries."""
    turn = consume(pace, network)
    try:
        yield
    except Exception:
        refund(turn)
        raise


def _limits(pace: RateLimit, network: str, person: Person | None) -> Consumed:
    """Each limit with whom it counts."""
    found = [(item, network_mark(network, pace.name)) for item in parse_many(pace.network)]
    if person is not None:
        is_young = person.role == Role.RESIDENT and now() - person.joined_at < NEW_ACCOUNT_AGE
        own = f"{pace.name}.{person.id}"
        found += [(item, own) for item in parse_many(pace.young if is_young else pace.known)]
    return found


def _end_of(item: RateLimitItem, mark: str) -> datetime:
    ends = limiter.limiter.get_window_stats(item, mark).reset_time
    return datetime.fromtimestamp(ends, UTC)


class TransientStorage(Storage):
    """The counters of Flask-Limiter in the transient store, the same for every process and host."""

    STORAGE_SCHEME = ["transient"]

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, **options)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """None: a store that is locked is said by the house's own page, with 503."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count on in the running window, or begin one, in one statement; gives the sum."""
        moment = now()
        is_over = RateLimitWindow.ends_at <= moment
        fresh = {"key": key, "count": amount, "ends_at": moment + timedelta(seconds=expiry)}
        with transient() as store:
            is_sqlite = store.get_bind().dialect.name == "sqlite"
            insert = (
                sqlite.insert(RateLimitWindow) if is_sqlite else postgresql.insert(RateLimitWindow)
            )
            counted = insert.values(fresh).on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": case((is_over, amount), else_=RateLimitWindow.count + amount),
                    "ends_at": case((is_over, fresh["ends_at"]), else_=RateLimitWindow.ends_at),
                },
            )
            return int(store.scalars(counted.returning(RateLimitWindow.count)).one())

    def get(self, key: str) -> int:
        """How many there are in the running window."""
        found = self._running(key)
        return found.count if found else 0

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in Unix seconds; now, where none runs."""
        found = self._running(key)
        return (found.ends_at if found else now()).timestamp()

    def _running(self, key: str) -> RateLimitWindow | None:
        with transient(write=False) as store:
            found = store.get(RateLimitWindow, key)
        return found if found is not None and found.ends_at > now() else None

    def check(self) -> bool:
        """Whether the store answers."""
        try:
            self.get("")
        except OperationalError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every counter; gives None, for they are not counted."""
        with transient() as store:
            store.execute(delete(RateLimitWindow))
        return None

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with transient() as store:
            store.execute(delete(RateLimitWindow).where(RateLimitWindow.key == key))

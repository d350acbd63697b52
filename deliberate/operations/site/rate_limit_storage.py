"""Storage of rate limit counters in the transient store."""

from datetime import datetime, timedelta

from limits.storage import Storage
from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import RateLimitWindow


def lock_window(store: Session, key: str, moment: datetime) -> RateLimitWindow:
    """Lock the counter of a key and return it, at zero if it is new or has expired."""
    unused = {"key": key, "count": 0, "ends_at": moment}
    store.execute(_insert(store).values(unused).on_conflict_do_nothing())
    window = store.get_one(RateLimitWindow, key, with_for_update=True, populate_existing=True)
    if window.ends_at <= moment:
        window.count = 0
    return window


def _insert(store: Session) -> sqlite.Insert | postgresql.Insert:
    is_sqlite = store.get_bind().dialect.name == "sqlite"
    return sqlite.insert(RateLimitWindow) if is_sqlite else postgresql.insert(RateLimitWindow)


class TransientStorage(Storage):
    """Storage backend of Flask-Limiter in the transient store, shared by all processes."""

    STORAGE_SCHEME = ["transient"]

    def __init__(self, uri: str | None = None, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=False, **options)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Return no exception: a locked store is handled by the error page for 503."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to the current window, or begin one, in one statement; return the new count."""
        moment = now()
        is_over = RateLimitWindow.ends_at <= moment
        begun = {"key": key, "count": amount, "ends_at": moment + timedelta(seconds=expiry)}
        with transient() as store:
            counted = (
                _insert(store)
                .values(begun)
                .on_conflict_do_update(
                    index_elements=["key"],
                    set_={
                        "count": case((is_over, amount), else_=RateLimitWindow.count + amount),
                        "ends_at": case((is_over, begun["ends_at"]), else_=RateLimitWindow.ends_at),
                    },
                )
            )
            return int(store.scalars(counted.returning(RateLimitWindow.count)).one())

    def get(self, key: str) -> int:
        """Return the count of the current window."""
        window = self._current_window(key)
        return window.count if window else 0

    def get_expiry(self, key: str) -> float:
        """Return the end of the current window in Unix seconds; the present if there is none."""
        window = self._current_window(key)
        return (window.ends_at if window else now()).timestamp()

    def _current_window(self, key: str) -> RateLimitWindow | None:
        with transient(write=False) as store:
            window = store.get(RateLimitWindow, key)
        return window if window is not None and window.ends_at > now() else None

    def check(self) -> bool:
        """Return whether the store is reachable."""
        try:
            self.get("")
        except OperationalError:
            return False
        return True

    def reset(self) -> int | None:
        """Delete every counter. Returns None: they are not counted."""
        with transient() as store:
            store.execute(delete(RateLimitWindow))
        return None

    def clear(self, key: str) -> None:
        """Delete one counter."""
        with transient() as store:
            store.execute(delete(RateLimitWindow).where(RateLimitWindow.key == key))

"""The current time in UTC, which seeds and imports can override."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_overridden: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return _overridden.get() or datetime.now(UTC)


def is_overridden() -> bool:
    """Return whether now() returns a time that a seed chose."""
    return _overridden.get() is not None


@contextmanager
def override_now(moment: datetime) -> Iterator[None]:
    """Make now() return this aware time inside the block, for seeds that replay weeks of acts."""
    token = _overridden.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _overridden.reset(token)

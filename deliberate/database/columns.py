"""Column types: ids, amounts, UTC timestamps, canonical JSON, time-ordered UUIDs."""

import json
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Row ids: 64 bits; on SQLite the rowid itself."""
Amount = BigInteger().with_variant(Integer(), "sqlite")
"""Sums of money in whole units: 32 bits end at two thousand million rupiah."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, to the microsecond; SQLite stores it without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value in UTC, naive for SQLite; raise ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the datetime needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored value as an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):  # Any: JSON values have many types
    """A small JSON value stored as canonical text: sorted keys, no spaces."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the canonical text."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the parsed value."""
        return None if value is None else json.loads(value)


def new_salt() -> bytes:
    """Return 128 random bits for the HMAC of a text; they are erased with it."""
    return secrets.token_bytes(16)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
"""Kept: json.dumps() makes a new encoder for each call with options."""


def canonical_json(value: object) -> str:
    """Return JSON with sorted keys and no spaces: equal values give equal texts."""
    return _CANONICAL.encode(value)


_id_lock = threading.Lock()
_last_id = (0, 0)


def new_id() -> str:
    """Return a UUIDv7 as 32 hex digits; the ids of one process rise strictly."""
    global _last_id  # noqa: PLW0603  # one counter per process makes ids rise
    with _id_lock:
        milliseconds, count = time.time_ns() // 1_000_000, 0
        if milliseconds <= _last_id[0]:
            if _last_id[1] < 0xFFF:
                milliseconds, count = _last_id[0], _last_id[1] + 1
            else:
                milliseconds = _last_id[0] + 1
        _last_id = (milliseconds, count)
    tail = secrets.randbits(62)
    return f"{milliseconds:012x}7{count:03x}{(0b10 << 62) | tail:016x}"

"""How values stand in columns: moments in UTC, canonical JSON, ids in the order of writing."""

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
"""Ids of things: 64 bits; on SQLite the rowid itself."""


class Moment(TypeDecorator[datetime]):
    """A point in time, aware and in UTC, to the microsecond; on SQLite kept as plain UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone; hand SQLite plain UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give every moment back aware."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Small JSON kept as canonical text: sorted keys, no spaces."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The canonical text."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value again."""
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, UTF-8 and no floats: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


_ids = threading.Lock()
_last = (0, 0)


def new_id() -> str:
    """A UUIDv7 in 32 hex digits; ids of one process rise strictly and keep the order of writing."""
    global _last  # noqa: PLW0603  # one counter a process is what makes ids rise
    with _ids:
        moment, count = time.time_ns() // 1_000_000, 0
        if moment <= _last[0]:
            moment, count = (_last[0], _last[1] + 1) if _last[1] < 0xFFF else (_last[0] + 1, 0)
        _last = (moment, count)
    tail = secrets.randbits(62)
    return f"{moment:012x}7{count:03x}{(0b10 << 62) | tail:016x}"

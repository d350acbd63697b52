"""The participation process that is scored: its window, its zone, its people, its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Process:
    """What the log cannot say about a process; `start` and `as_of` without a zone are UTC.

    `process_id` picks its rows out of a log of many (None: the log holds this process alone);
    `log_size` and `log_root` are the head scored against; `as_of` None is the end of the log;
    `population` gives shares by field and band; `carries` the criteria that the source can carry
    (None: as the log's imports say, else all).
    """

    slug: str
    timezone: str = "UTC"
    start: datetime | None = None
    as_of: datetime | None = None
    process_id: str | None = None
    log_size: int | None = None
    log_root: str | None = None
    population: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    districts: tuple[str, ...] = ()
    carries: frozenset[str] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days, weeks and months are counted."""
        return ZoneInfo(self.timezone)


def as_utc(moment: datetime) -> datetime:
    """Give a moment in UTC; without a zone it is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def local_label(moment: datetime, zone: ZoneInfo) -> str:
    """Name a moment by its local date, and by its hour and minute unless it is midnight."""
    local = as_utc(moment).astimezone(zone)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return local.date().isoformat()
    return local.isoformat(timespec="minutes")

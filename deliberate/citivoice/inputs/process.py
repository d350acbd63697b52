"""The participation process that is scored: its window, time zone, population and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

MERGED_BAND = "+"
"""The band of `group_facts` with the people of all bands without a row, where these are small."""


@dataclass(frozen=True)
class Process:
    """Properties of a process that its log does not hold; `start` and `as_of` without zone are UTC.

    `process_id` selects its rows in a log of many processes (None: the log holds this one alone);
    `log_size` and `log_root` are the tree head scored against; `sealed_late` counts rows
    that waited for their head, `source_dated` rows with a time of their source (None: unknown);
    `texts` counts comments whose text can be compared, `repeated_texts` those equal to somebody
    else's (None: unknown);
    `as_of` None is the end of the log, or the beginning of the week of `sealed_at`, the time of the
    tree head, where the process has been silent since;
    `population` gives shares by field and band; `carries` the criteria that the source supports
    (None: as the log's imports declare, else all).
    """

    slug: str
    timezone: str = "UTC"
    start: datetime | None = None
    as_of: datetime | None = None
    process_id: str | None = None
    log_size: int | None = None
    log_root: str | None = None
    sealed_at: datetime | None = None
    sealed_late: int | None = None
    source_dated: int | None = None
    texts: int | None = None
    repeated_texts: int | None = None
    population: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    districts: tuple[str, ...] = ()
    carries: frozenset[str] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which days, weeks and months are counted."""
        return ZoneInfo(self.timezone)


def as_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def local_label(moment: datetime, zone: ZoneInfo) -> str:
    """Return the local date of a moment, with hour and minute unless it is midnight."""
    local = as_utc(moment).astimezone(zone)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return local.date().isoformat()
    return local.isoformat(timespec="minutes")

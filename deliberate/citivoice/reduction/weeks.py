"""Hours, local days and ISO weeks of a process, and which weeks were open and are full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.inputs.log import parse_details

EPOCH = date(1970, 1, 1)
MIN_RESIDENTS = 5
FOLLOWED = 4
Phase = tuple[datetime | None, datetime | None]


def hour_table(hours: Iterable[datetime], zone: ZoneInfo) -> dict[str, NDArray[Any]]:
    """Return for each UTC hour its number, local day, ISO week and month, as integers.

    Week numbers count Mondays from 29 December 1969; a month is year * 12 + month - 1.
    """
    ordered = sorted(hours)
    local = [hour.replace(tzinfo=UTC).astimezone(zone).date() for hour in ordered]
    number = np.array(ordered, dtype="datetime64[h]").astype(np.int64)
    day = np.array(local, dtype="datetime64[D]").astype(np.int64)
    return {
        "hour": np.array(ordered, dtype="datetime64[us]"),
        "h": number,
        "day": day.astype(np.int32),
        "week": ((day + 3) // 7).astype(np.int32),
        "month": np.array([d.year * 12 + d.month - 1 for d in local], dtype=np.int32),
    }


def monday_of_week(week: int) -> date:
    """Return the Monday of a numbered week."""
    return EPOCH + timedelta(days=week * 7 - 3)


def beginning_of_week(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the local Monday's midnight before a moment, in UTC without zone."""
    return _midnight(monday_of_week(week_number(moment, zone)), zone)


def hour_number(moment: datetime) -> int:
    """Return the number of the UTC hour of a moment (UTC)."""
    return int(moment.replace(tzinfo=UTC).timestamp() // 3600)


def week_number(moment: datetime, zone: ZoneInfo) -> int:
    """Return the number of the local ISO week of a moment (UTC)."""
    local = moment.replace(tzinfo=UTC).astimezone(zone).date()
    return ((local - EPOCH).days + 3) // 7


def calendar(
    counts: Mapping[int, int], phases: Sequence[Phase], as_of: datetime, zone: ZoneInfo
) -> dict[str, NDArray[Any]]:
    """Return every week from the first act to `as_of` with whether it is open and full.

    A week is open if a phase was; without phases, from the first to the last week with five
    participating residents (`counts`: residents by week), its span. A week is due if it is open;
    without phases, also in the four weeks after the span, so that a burst has a chance to return.
    """
    last = week_number(as_of, zone)
    begun = [week_number(opens, zone) for opens, _ in phases if opens is not None]
    weeks = list(range(min([*counts, *begun], default=last), last + 1))
    edges = [_midnight(monday_of_week(week), zone) for week in [*weeks, last + 1]]
    busy = [week for week, residents in counts.items() if residents >= MIN_RESIDENTS]
    spans = list(pairwise(edges))
    is_open, is_due = _in_span(weeks, busy), _in_span(weeks, busy, FOLLOWED)
    spanned = is_due
    if phases:
        is_open = is_due = [any(_overlaps(p, start, end) for p in phases) for start, end in spans]
    return {
        "week": np.array(weeks, dtype=np.int64),
        "monday": np.array([monday_of_week(week).isoformat() for week in weeks], dtype=object),
        "is_open": np.array(is_open, dtype=np.int64),
        "is_due": np.array(is_due, dtype=np.int64),
        "is_spanned": np.array(spanned, dtype=np.int64),
        "is_full": np.array([end <= as_of for _, end in spans], dtype=np.int64),
    }


def _in_span(weeks: Sequence[int], busy: Sequence[int], followed: int = 0) -> list[bool]:
    """Return of each week whether it is between the busy ones, or in the weeks that follow."""
    if not busy:
        return [False] * len(weeks)
    first, last = min(busy), max(busy) + followed
    return [first <= week <= last for week in weeks]


def phases_from_log(rows: Iterable[tuple[str | None, str | None]], zone: ZoneInfo) -> list[Phase]:
    """Return the phases (UTC, without zone) of a log, in its order.

    `rows` are subject and details of `phase.scheduled` and `phase.removed`. The last row of a
    phase counts; a removed phase has no dates. A date alone means local midnight, for `closes` the
    end of that day.
    """
    latest: dict[tuple[str, str], Phase] = {}
    for subject, details in rows:
        values = parse_details(details, "phase.scheduled")
        opens = _moment(values.get("opens"), zone, 0)
        closes = _moment(values.get("closes"), zone, 1)
        latest[str(subject), str(values.get("phase"))] = (opens, closes)
    return [phase for phase in latest.values() if phase != (None, None)]


def _overlaps(phase: Phase, start: datetime, end: datetime) -> bool:
    opens, closes = phase
    return (opens is None or opens < end) and (closes is None or closes > start)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)


def _moment(value: Any, zone: ZoneInfo, days: int) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    if len(value) == 10:
        return _midnight(date.fromisoformat(value) + timedelta(days=days), zone)
    moment = datetime.fromisoformat(value)
    local = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return local.astimezone(UTC).replace(tzinfo=None)

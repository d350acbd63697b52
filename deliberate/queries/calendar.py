"""Working days of a process: weekends and Indonesia's national holidays, in its own time zone."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from deliberate.clock import now
from deliberate.models import Process


@cache
def _national(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("ID", years=year))


def is_working_day(day: date) -> bool:
    """Whether offices work on a day."""
    return day.weekday() < 5 and day not in _national(day.year)


def add_working_days(day: date, count: int) -> date:
    """The day that is `count` working days after a day; the day itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` up to `last`; negative when `last` lies before."""
    if last < first:
        return -working_days_between(last, first)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_working_day(day) for day in days)


def local_day(process: Process, moment: datetime) -> date:
    """The date of a moment where the process is."""
    return moment.astimezone(ZoneInfo(process.timezone)).date()


def response_due(process: Process, asked_at: datetime) -> datetime:
    """When a response asked for at a moment is due: the end of its last working day there."""
    zone = ZoneInfo(process.timezone)
    last = add_working_days(asked_at.astimezone(zone).date(), process.response_days)
    return datetime.combine(last + timedelta(days=1), time(), zone)


def working_days_left(process: Process, due_at: datetime) -> int:
    """Working days from today until a due moment; negative once it is past."""
    last = due_at.astimezone(ZoneInfo(process.timezone)) - timedelta(seconds=1)
    return working_days_between(local_day(process, now()), last.date())

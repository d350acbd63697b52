"""Working days and deadlines of a process, by its holidays and in its time zone."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from flask import current_app, has_app_context

from deliberate.clock import now
from deliberate.days import end_of_day, last_day, local_date, local_today
from deliberate.models import Process

INDONESIA = "ID"
HOLIDAY_LOCALES = {"id": "id", "en": "en_US"}
NO_DAYS: frozenset[date] = frozenset()
REFERRAL_ACCEPTANCE_DAYS = 3
"""Working days to accept a referral before it returns to the coordinating institution."""

MAX_PAUSE_DAYS = 10


@cache
def _public_holidays(calendar: str, year: int, language: str = "") -> Mapping[date, str]:
    """Return the public holidays of a year with their names, in Indonesia with collective leave.

    Indonesian holidays are named in the given language, others in the language of the country.
    """
    import holidays  # imported late: it reads the calendars of all countries

    country, _, part = calendar.partition("-")
    categories = ("public", "government") if country == INDONESIA else ("public",)
    return dict(
        holidays.country_holidays(
            country,
            subdiv=part or None,
            years=year,
            categories=categories,
            language=HOLIDAY_LOCALES.get(language) if country == INDONESIA else None,
        )
    )


@cache
def _read_holidays_file(path: str) -> frozenset[date]:
    """Return the dates in a file of an installation: one ISO date a line, comments after #."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    days = (line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
    return frozenset(date.fromisoformat(day) for day in days)


def _installation_holidays() -> frozenset[date]:
    path = current_app.config["SETTINGS"].holidays_file if has_app_context() else ""
    return _read_holidays_file(path) if path else frozenset()


def days_off(process: Process) -> frozenset[date]:
    """Return the non-working days of a process in addition to the public holidays."""
    return frozenset(map(date.fromisoformat, process.days_off or {}))


def list_calendars() -> dict[str, list[str]]:
    """Return the countries with known holidays, each with its subdivisions."""
    import holidays  # imported late

    return dict(holidays.list_supported_countries(include_aliases=False))


def is_known_calendar(calendar: str) -> bool:
    """Return whether the holidays of a country or its subdivision are known."""
    country, dash, part = calendar.partition("-")
    supported = list_calendars()
    return country in supported and (not dash or part in supported[country])


def list_public_holidays(calendar: str, year: int, language: str) -> list[tuple[date, str]]:
    """Return the public holidays of a year with their names, in order."""
    return sorted(_public_holidays(calendar, year, language).items())


def is_working_day(day: date, calendar: str = INDONESIA, off: frozenset[date] = NO_DAYS) -> bool:
    """Return whether a day is a working day; `off` are additional non-working days."""
    if day.weekday() >= 5 or day in off or day in _installation_holidays():
        return False
    return day not in _public_holidays(calendar, day.year)


@lru_cache(maxsize=512)
def _cumulative_working_days(
    calendar: str, year: int, off: frozenset[date], _installation: frozenset[date]
) -> tuple[int, ...]:
    """Return the number of working days up to and including each day of a year.

    The holidays of the installation are a parameter only because they belong to the cache key.
    """
    counts, day = [0], date(year, 1, 1)
    while day.year == year:
        counts.append(counts[-1] + is_working_day(day, calendar, off))
        day += timedelta(days=1)
    return tuple(counts)


def _working_days_until(day: date, calendar: str, off: frozenset[date]) -> int:
    counts = _cumulative_working_days(calendar, day.year, off, _installation_holidays())
    return counts[day.timetuple().tm_yday]


def add_working_days(
    day: date, count: int, calendar: str = INDONESIA, off: frozenset[date] = NO_DAYS
) -> date:
    """Return the date `count` working days after a day, before it for a negative count."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left > 0:
        day += step
        left -= is_working_day(day, calendar, off)
    return day


def working_days_between(
    first: date, last: date, calendar: str = INDONESIA, off: frozenset[date] = NO_DAYS
) -> int:
    """Return the number of working days after `first` up to `last`, negative if it is earlier."""
    if last < first:
        return -working_days_between(last, first, calendar, off)
    full_years = sum(
        _cumulative_working_days(calendar, year, off, _installation_holidays())[-1]
        for year in range(first.year, last.year)
    )
    until_last = _working_days_until(last, calendar, off)
    return full_years + until_last - _working_days_until(first, calendar, off)


def deadline_after(process: Process, moment: datetime, days: int) -> datetime:
    """Return the end of the day that is a number of working days after a moment."""
    first = local_date(process, moment)
    return end_of_day(process, add_process_days(process, first, days))


def add_process_days(process: Process, day: date, days: int) -> date:
    """Return the date a number of working days of a process after a day."""
    return add_working_days(day, days, process.calendar, days_off(process))


def response_deadline(process: Process, asked_at: datetime) -> datetime:
    """Return the deadline of a response that becomes owed at a moment."""
    return deadline_after(process, asked_at, process.response_days)


def shift_deadline(process: Process, due_at: datetime, days: int) -> datetime:
    """Return a deadline moved by a number of working days, earlier for a negative number."""
    if days == 0:
        return due_at
    return end_of_day(process, add_process_days(process, last_day(process, due_at), days))


def working_days_left(process: Process, due_at: datetime) -> int:
    """Return the working days from today to a deadline, negative once it has passed."""
    if now() < due_at:
        first, last = local_today(process), last_day(process, due_at)
        return working_days_between(first, last, process.calendar, days_off(process))
    return -max(1, working_days_elapsed(process, due_at - timedelta(microseconds=1), now()))


def working_days_elapsed(process: Process, first: datetime, last: datetime) -> int:
    """Return the working days between two moments as deadlines count them, 0 if it is reversed.

    A proposal can be answered before its response is owed: the wait is zero then.
    """
    days = (local_date(process, first), local_date(process, last))
    return max(0, working_days_between(*days, process.calendar, days_off(process)))

"""Working days of a process: weekends, holidays and collective leave, in its own time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
from flask import current_app, has_app_context

from deliberate.clock import now
from deliberate.models import Phase, Process

INDONESIA = "ID"
NAMED_IN = {"id": "id", "en": "en_US"}
NONE: frozenset[date] = frozenset()
ACCEPT_DAYS = 3
"""Working days in which a referral is accepted, or goes back to the coordinating institution."""
ACKNOWLEDGE_DAYS = 5
PAUSE_DAYS = 10


@cache
def _national(calendar: str, year: int, language: str = "") -> Mapping[date, str]:
    """Days off by law; Indonesia's government takes collective leave beside its public holidays.

    Indonesia's are named in the reader's language, others as the country names them.
    """
    country, _, part = calendar.partition("-")
    kinds = ("public", "government") if country == INDONESIA else ("public",)
    return dict(
        holidays.country_holidays(
            country,
            subdiv=part or None,
            years=year,
            categories=kinds,
            language=NAMED_IN.get(language) if country == INDONESIA else None,
        )
    )


@cache
def _own(path: str) -> frozenset[date]:
    """The days an installation adds: one ISO date a line, words after it and # lines left aside."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    days = (line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
    return frozenset(date.fromisoformat(day) for day in days)


def _added() -> frozenset[date]:
    path = current_app.config["SETTINGS"].holidays_file if has_app_context() else ""
    return _own(path) if path else frozenset()


def days_off(process: Process) -> frozenset[date]:
    """The days an administrator added to the holidays of a process."""
    return frozenset(map(date.fromisoformat, process.days_off or {}))


def is_calendar(calendar: str) -> bool:
    """Whether the holidays of a country, or of its part, are known."""
    country, dash, part = calendar.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    return country in known and (not dash or part in known[country])


def national_days(calendar: str, year: int, language: str) -> list[tuple[date, str]]:
    """Days off by law in a year with their names, in their order."""
    return sorted(_national(calendar, year, language).items())


def is_working_day(day: date, calendar: str = INDONESIA, off: frozenset[date] = NONE) -> bool:
    """Whether offices work on a day; `off` are days beside the holidays."""
    if day.weekday() >= 5 or day in off or day in _added():
        return False
    return day not in _national(calendar, day.year)


@lru_cache(maxsize=512)
def _year(calendar: str, year: int, off: frozenset[date], _own: frozenset[date]) -> tuple[int, ...]:
    """Working days of a year up to each of its days, the day itself included."""
    counts, day = [0], date(year, 1, 1)
    while day.year == year:
        counts.append(counts[-1] + is_working_day(day, calendar, off))
        day += timedelta(days=1)
    return tuple(counts)


def _up_to(day: date, calendar: str, off: frozenset[date]) -> int:
    return _year(calendar, day.year, off, _added())[day.timetuple().tm_yday]


def add_working_days(
    day: date, count: int, calendar: str = INDONESIA, off: frozenset[date] = NONE
) -> date:
    """The day `count` working days after a day (before it, when negative), not counting itself."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left > 0:
        day += step
        left -= is_working_day(day, calendar, off)
    return day


def working_days_between(
    first: date, last: date, calendar: str = INDONESIA, off: frozenset[date] = NONE
) -> int:
    """Working days after `first` up to `last`; negative when `last` lies before."""
    if last < first:
        return -working_days_between(last, first, calendar, off)
    whole = (_year(calendar, year, off, _added())[-1] for year in range(first.year, last.year))
    return sum(whole) + _up_to(last, calendar, off) - _up_to(first, calendar, off)


def local_day(process: Process, moment: datetime) -> date:
    """The date of a moment where the process is."""
    return moment.astimezone(ZoneInfo(process.timezone)).date()


def last_day(process: Process, due_at: datetime) -> date:
    """The last day on which what is due at a moment is still in time."""
    return local_day(process, due_at - timedelta(microseconds=1))


def start_of(process: Process, day: date) -> datetime:
    """The moment a day begins where the process is."""
    return datetime.combine(day, time(), ZoneInfo(process.timezone))


def end_of(process: Process, day: date) -> datetime:
    """The moment a day ends where the process is."""
    return start_of(process, day + timedelta(days=1))


def due_after(process: Process, moment: datetime, days: int) -> datetime:
    """The end of the working day that is so many working days after a moment."""
    first = local_day(process, moment)
    return end_of(process, _shifted(process, first, days))


def _shifted(process: Process, day: date, days: int) -> date:
    return add_working_days(day, days, process.calendar, days_off(process))


def response_due(process: Process, asked_at: datetime) -> datetime:
    """When a response asked for at a moment is due: the end of its last working day there."""
    return due_after(process, asked_at, process.response_days)


def moved(process: Process, due_at: datetime, days: int) -> datetime:
    """A due moment so many working days later (earlier, when negative)."""
    if days == 0:
        return due_at
    there = _shifted(process, last_day(process, due_at), days)
    return end_of(process, there)


def working_days_left(process: Process, due_at: datetime) -> int:
    """Working days from today until a due moment; negative once it is past."""
    if now() < due_at:
        first, last = local_day(process, now()), last_day(process, due_at)
        return working_days_between(first, last, process.calendar, days_off(process))
    return -max(1, days_used(process, due_at - timedelta(microseconds=1), now()))


def days_used(process: Process, first: datetime, last: datetime) -> int:
    """Working days from one moment to a later one, counted as the clock counts them."""
    days = (local_day(process, first), local_day(process, last))
    return working_days_between(*days, process.calendar, days_off(process))


@dataclass(frozen=True)
class PhaseStep:
    """A phase of a process as the phase bar shows it: done, now or todo."""

    kind: str
    opens_at: datetime
    closes_at: datetime
    state: str


def phase_steps(process: Process) -> list[PhaseStep]:
    """The phases of a process in their order, each with its state by today's date."""
    moment = now()
    return [
        PhaseStep(phase.kind, phase.opens_at, phase.closes_at, _state_at(phase, moment))
        for phase in process.phases
    ]


def _state_at(phase: Phase, moment: datetime) -> str:
    if phase.closes_at <= moment:
        return "done"
    return "now" if phase.opens_at <= moment else "todo"

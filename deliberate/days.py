"""Days and hours of a place: the day of a moment, the last day, hours as typed and as shown.

A period is stored half-open: it ends at the moment after its last day, in UTC. People name its
last day. Pages, messages, files and forms convert between the two with this module alone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from flask import current_app
from flask_babel import get_locale

from deliberate.clock import now
from deliberate.config import Settings

MIDNIGHT = time()
DAY = "d MMM y"
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""The years of days that people type."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WRITTEN_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[T,\s]\s*(\d{1,2})[.:](\d{2})(?:[.:](\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)


class Place(Protocol):
    """A process or the site: what has a time zone."""

    @property
    def timezone(self) -> str:
        """Return the name of the time zone."""
        raise NotImplementedError


@dataclass(frozen=True)
class Zone:
    """A time zone as a place, for queries over all processes in it."""

    timezone: str


class UnreadableTime(ValueError):
    """The text is not a date with or without a time of day."""


class SkippedTime(ValueError):
    """The time of day does not exist on this day, because the clocks are put forward."""


def site() -> Place:
    """Return the site, for dates that belong to no process."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def local_date(place: Place, moment: datetime) -> date:
    """Return the day of a moment in the time zone of a place."""
    return moment.astimezone(ZoneInfo(place.timezone)).date()


def local_hour(place: Place, moment: datetime) -> time:
    """Return the time of day of a moment in the time zone of a place."""
    return moment.astimezone(ZoneInfo(place.timezone)).time()


def local_today(place: Place) -> date:
    """Return the present day in the time zone of a place."""
    return local_date(place, now())


def last_day(place: Place, ends_at: datetime) -> date:
    """Return the last day of what ends at a moment: a deadline, a phase, a poll."""
    return local_date(place, ends_at.astimezone(UTC) - timedelta(microseconds=1))


def time_of_day(place: Place, day: date, hour: time) -> datetime:
    """Return the moment, in UTC, of a time of day in the time zone of a place.

    A time that the clocks skip is counted by the clocks before the change, so that a day without
    midnight begins at the change; of a time that they repeat, it is the first.
    """
    return datetime.combine(day, hour, ZoneInfo(place.timezone)).astimezone(UTC)


def start_of_day(place: Place, day: date) -> datetime:
    """Return the moment, in UTC, at which a day begins in the time zone of a place."""
    return time_of_day(place, day, MIDNIGHT)


def end_of_day(place: Place, day: date) -> datetime:
    """Return the moment, in UTC, at which a day ends in the time zone of a place."""
    return start_of_day(place, day + timedelta(days=1))


def is_between_days(place: Place, moment: datetime) -> bool:
    """Return whether a day begins at a moment in the time zone of a place."""
    return moment == start_of_day(place, local_date(place, moment))


def parse_time(place: Place, text: str, *, is_end: bool = False) -> datetime:
    """Return the moment, in UTC, that a text such as "2026-12-10 18.30" means at a place.

    A date alone is its beginning, as an end its end. Of an hour that the clocks repeat, a beginning
    is the first and an end the second. Raises UnreadableTime or SkippedTime.
    """
    written = read_time(text)
    if parse_day(written.day.isoformat()) is None or written.has_seconds:
        raise UnreadableTime(text)
    if written.hour is None:
        return end_of_day(place, written.day) if is_end else start_of_day(place, written.day)
    zone = ZoneInfo(place.timezone)
    moment = written.second(zone) if is_end else written.first(zone)
    if not written.exists(zone):
        raise SkippedTime(text)
    return moment


@dataclass(frozen=True)
class WrittenTime:
    """A day with or without a time of day, and the offset from UTC where one is written."""

    day: date
    hour: time | None = None
    """The time of day; None if only the day is written."""
    offset: timedelta | None = None
    is_next_midnight: bool = False
    """It is written as 24.00."""

    @property
    def has_seconds(self) -> bool:
        """Return whether it is more exact than a minute."""
        return self.hour is not None and bool(self.hour.second or self.hour.microsecond)

    def first(self, zone: ZoneInfo) -> datetime:
        """Return the moment in UTC, of an hour that the clocks of the zone repeat the first."""
        return self._moment(zone, 0)

    def second(self, zone: ZoneInfo) -> datetime:
        """Return the moment in UTC, of an hour that the clocks of the zone repeat the second."""
        return self._moment(zone, 1)

    def exists(self, zone: ZoneInfo) -> bool:
        """Return whether the clocks of the zone show this time on this day."""
        if self.offset is not None or self.hour is None or self.is_next_midnight:
            return True
        shown = self.first(zone).astimezone(zone).replace(tzinfo=None)
        return shown == datetime.combine(self.day, self.hour)

    def _moment(self, zone: ZoneInfo, fold: int) -> datetime:
        local = datetime.combine(self.day, self.hour or MIDNIGHT)
        if self.is_next_midnight:
            local += timedelta(days=1)
        if self.offset is not None:
            return (local - self.offset).replace(tzinfo=UTC)
        fold = 0 if self.hour is None or self.is_next_midnight else fold
        return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


@lru_cache(maxsize=1024)
def read_time(text: str) -> WrittenTime:
    """Return the time that a text such as "2026-12-10 18.30" or an ISO 8601 time writes.

    A dot separates hours from minutes as a colon does, and a time keeps the offset it is written
    with. The only reader of times: forms and imports use it. Raises UnreadableTime.
    """
    match = _WRITTEN_TIME.fullmatch(text.strip())
    if match is None:
        raise UnreadableTime(text)
    day, hour, minute, second, fraction, offset = match.groups()
    try:
        written_day = date.fromisoformat(day)
        if hour is None:
            return WrittenTime(written_day)
        is_next_midnight = (int(hour), int(minute), int(second or 0)) == (24, 0, 0)
        micros = int((fraction or "0").ljust(6, "0")[:6])
        at = (
            MIDNIGHT if is_next_midnight else time(int(hour), int(minute), int(second or 0), micros)
        )
        written = WrittenTime(written_day, at, _offset(offset), is_next_midnight)
        written.first(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as error:
        raise UnreadableTime(text) from error
    return written


def _offset(text: str | None) -> timedelta | None:
    """Return an offset from UTC such as +07:00; raises ValueError beyond 18 hours."""
    if not text:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > timedelta(hours=18) or int(digits[2:]) >= 60:
        raise ValueError(text)
    return -offset if text[0] == "-" else offset


def parse_day(text: str | None) -> date | None:
    """Return the date of a text such as "2026-11-30", None for any other or an unlikely year.

    Days before FIRST_YEAR and after LAST_YEAR are refused because sums with them leave the
    calendar of the program.
    """
    if text is None or not _DAY.fullmatch(text.strip()):
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def parse_moment(text: str) -> datetime | None:
    """Return the moment that isoformat() wrote with its offset, None for any other text."""
    if parse_day(text[:10]) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def input_time(place: Place, moment: datetime) -> str:
    """Return a moment as the value of a datetime-local input in the time zone of a place."""
    return f"{moment.astimezone(ZoneInfo(place.timezone)):%Y-%m-%dT%H:%M}"


def date_text(at: datetime | date, pattern: str = DAY, place: Place | None = None) -> str:
    """Return a moment at a place, by default the site, or a day in the reader's language.

    The pattern is Babel's; HH.mm, the Indonesian form of a time, becomes HH:mm in English.
    """
    return _format(at, pattern, place) + _zone_note(place)


def typed_day_text(text: str) -> str:
    """Return a day written as 2026-11-30 in the reader's language, any other text unchanged."""
    try:
        return date_text(date.fromisoformat(text))
    except ValueError:
        return text


def last_day_text(ends_at: datetime, place: Place, pattern: str = DAY) -> str:
    """Return the last day of what ends at a moment, in the reader's language."""
    return date_text(last_day(place, ends_at), pattern, place)


def period_text(starts_at: datetime, ends_at: datetime, place: Place, pattern: str = DAY) -> str:
    """Return the first and the last day of a period, in the reader's language."""
    first = _format(starts_at, pattern, place)
    return f"{first} – {last_day_text(ends_at, place, pattern)}"


def start_text(starts_at: datetime, place: Place) -> str:
    """Return a beginning in everyday words: the weekday, with the hour if it is within the day."""
    return _weekday_text(starts_at, local_date(place, starts_at), place)


def end_text(ends_at: datetime, place: Place) -> str:
    """Return an end in everyday words: the last weekday, with the hour if it is within the day."""
    return _weekday_text(ends_at, last_day(place, ends_at), place)


def _weekday_text(moment: datetime, day: date, place: Place) -> str:
    pattern = "EEEE d MMMM" if day.year == local_today(place).year else "EEEE d MMMM y"
    if is_between_days(place, moment):
        return date_text(day, pattern, place)
    return date_text(moment, f"{pattern}, HH.mm", place)


def _zone_note(place: Place | None) -> str:
    """Return the name of the time zone of a place in brackets, if it is not that of the site."""
    if place is None or place.timezone == site().timezone:
        return ""
    return f" ({zone_name(place)})"


def zone_name(place: Place) -> str:
    """Return the name of the time zone of a place by its city, in the reader's language."""
    return _zone_name(place.timezone, _language())


def _language() -> str:
    return str(get_locale() or "id")


@lru_cache(maxsize=256)
def _zone_name(zone: str, language: str) -> str:
    try:
        city = get_timezone_location(zone, locale=language, return_city=True)
    except LookupError:
        return zone
    return str(Locale.parse(language).zone_formats["region"] % city)


def _format(at: datetime | date, pattern: str, place: Place | None) -> str:
    zone = (place or site()).timezone if isinstance(at, datetime) else ""
    return _format_in(at, pattern, _language(), zone)


@lru_cache(maxsize=4096)
def _format_in(at: datetime | date, pattern: str, language: str, zone: str) -> str:
    if language == "en":
        pattern = pattern.replace("HH.mm", "HH:mm")
    if isinstance(at, datetime):
        return format_datetime(at, pattern, tzinfo=ZoneInfo(zone), locale=language)
    return format_date(at, pattern, locale=language)

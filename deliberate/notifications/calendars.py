"""Dates of a process as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deliberate.days import Place, is_between_days, last_day, local_date

if TYPE_CHECKING:
    from icalendar import Event

Moment = datetime | date


@dataclass(frozen=True)
class CalendarEvent:
    """An event between two moments, or from a first to a last day."""

    uid: str
    title: str
    begins: Moment
    ends: Moment
    changed_at: datetime
    """When it was last changed, its DTSTAMP: so an unchanged calendar is the same file."""
    sequence: int = 0
    """The number of acts that set or changed it."""
    url: str = ""


def period(place: Place, begins: datetime, ends: datetime) -> tuple[Moment, Moment]:
    """Return a period as its first and last day if it is made of whole days, else unchanged."""
    if is_between_days(place, begins) and is_between_days(place, ends):
        return local_date(place, begins), last_day(place, ends)
    return begins, ends


def to_calendar(title: str, timezone: str, events: Sequence[CalendarEvent]) -> bytes:
    """Return events as iCalendar, with moments in a time zone that is defined in the file."""
    from icalendar import Calendar  # imported late: few requests are for calendars
    from icalendar.prop import vText

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Deliberate//EN")
    calendar.add("x-wr-calname", vText(_single_line(title)))
    zone = ZoneInfo(timezone)
    for event in events:
        calendar.add_component(_event(event, zone))
    moments = [
        moment
        for event in events
        for moment in (event.begins, event.ends)
        if isinstance(moment, datetime)
    ]
    if moments:
        year = timedelta(days=366)
        calendar.add_missing_timezones(min(moments).date() - year, max(moments).date() + year)
    return bytes(calendar.to_ical())


def _event(event: CalendarEvent, zone: ZoneInfo) -> Event:
    from icalendar import Event

    component = Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.changed_at.astimezone(UTC))
    component.add("sequence", event.sequence)
    component.add("dtstart", _moment_or_day(event.begins, zone))
    if isinstance(event.ends, datetime):
        component.add("dtend", event.ends.astimezone(zone))
    else:
        component.add("dtend", event.ends + timedelta(days=1))  # DTEND is exclusive
    component.add("summary", _single_line(event.title))
    if event.url:
        component.add("url", event.url)
    return component


def _moment_or_day(begins: Moment, zone: ZoneInfo) -> Moment:
    return begins.astimezone(zone) if isinstance(begins, datetime) else begins


def _single_line(text: str) -> str:
    return " ".join(text.split())

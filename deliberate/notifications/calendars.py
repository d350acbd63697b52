"""Dates of a process as iCalendar (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vText


@dataclass(frozen=True)
class CalendarEvent:
    """An event between two moments, or on a whole day where `ends` is None."""

    uid: str
    title: str
    begins: datetime | date
    ends: datetime | None = None
    sequence: int = 0
    url: str = ""


def to_calendar(
    title: str, timezone: str, events: Sequence[CalendarEvent], dtstamp: datetime
) -> bytes:
    """Return events as iCalendar, with moments in a time zone that is defined in the file.

    `dtstamp` is a constant of the process, so that an unchanged calendar keeps its ETag.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Deliberate//EN")
    calendar.add("x-wr-calname", vText(_single_line(title)))
    zone = ZoneInfo(timezone)
    for event in events:
        calendar.add_component(_event(event, zone, dtstamp))
    begins = [event.begins.date() for event in events if isinstance(event.begins, datetime)]
    ends = [event.ends.date() for event in events if event.ends is not None]
    if begins and ends:
        year = timedelta(days=366)
        calendar.add_missing_timezones(min(begins) - year, max(ends) + year)
    return bytes(calendar.to_ical())


def _event(event: CalendarEvent, zone: ZoneInfo, dtstamp: datetime) -> Event:
    component = Event()
    component.add("uid", event.uid)
    component.add("dtstamp", dtstamp.astimezone(UTC))
    component.add("sequence", event.sequence)
    if isinstance(event.begins, datetime) and event.ends is not None:
        component.add("dtstart", event.begins.astimezone(zone))
        component.add("dtend", event.ends.astimezone(zone))
    else:
        component.add("dtstart", event.begins)
        component.add("dtend", event.begins + timedelta(days=1))
    component.add("summary", _single_line(event.title))
    if event.url:
        component.add("url", event.url)
    return component


def _single_line(text: str) -> str:
    return " ".join(text.split())

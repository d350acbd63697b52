"""News as Atom and JSON Feed, dates as iCalendar: plain text that any reader of feeds takes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from deliberate.queries.notices.feeds import News

ATOM = "http://www.w3.org/2005/Atom"
YEAR = 2026
"""The year in the names of entries (RFC 4151); it never changes, or all would be new again."""


@dataclass(frozen=True)
class Feed:
    """A feed's own words and address."""

    title: str
    name: str
    home: str
    """The page it is about, whole."""
    address: str
    base: str
    language: str

    def tag(self, name: str) -> str:
        """The lasting name of a thing in this installation."""
        return f"tag:{urlsplit(self.base).hostname},{YEAR}:{name}"


def to_atom(feed: Feed, entries: Sequence[News]) -> bytes:
    """The feed as Atom (RFC 4287)."""
    Xml.register_namespace("", ATOM)
    root = Xml.Element(f"{{{ATOM}}}feed", {"xml:lang": feed.language})
    _text(root, "id", feed.tag(feed.name))
    _text(root, "title", feed.title)
    _text(
        root,
        "updated",
        _stamp(max((e.at for e in entries), default=datetime(YEAR, 1, 1, tzinfo=UTC))),
    )
    Xml.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": feed.address})
    Xml.SubElement(root, f"{{{ATOM}}}link", {"rel": "alternate", "href": feed.home})
    author = Xml.SubElement(root, f"{{{ATOM}}}author")
    _text(author, "name", feed.title)
    for entry in entries:
        _atom_entry(root, feed, entry)
    whole: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole


def _atom_entry(root: Xml.Element, feed: Feed, news: News) -> None:
    entry = Xml.SubElement(root, f"{{{ATOM}}}entry")
    _text(entry, "id", feed.tag(news.name))
    _text(entry, "title", news.title)
    _text(entry, "updated", _stamp(news.at))
    _text(entry, "summary", news.summary)
    Xml.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": feed.base + news.path})


def _text(parent: Xml.Element, name: str, words: str) -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}{name}").text = words


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_json(feed: Feed, entries: Iterable[News]) -> bytes:
    """The feed as JSON Feed 1.1."""
    items = [
        {
            "id": feed.tag(news.name),
            "url": feed.base + news.path,
            "title": news.title,
            "content_text": news.summary,
            "date_published": _stamp(news.at),
        }
        for news in entries
    ]
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "language": feed.language,
        "items": items,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


@dataclass(frozen=True)
class Date:
    """One event of a calendar: a span of moments, or a whole day where `ends` is None."""

    uid: str
    title: str
    begins: datetime | date
    ends: datetime | None = None
    sequence: int = 0
    url: str = ""


def to_calendar(title: str, zone: str, dates: Iterable[Date], made: datetime) -> bytes:
    """The dates as iCalendar (RFC 5545), in the process's own zone."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Deliberate//EN",
        f"X-WR-CALNAME:{_escaped(title)}",
    ]
    lines += _zone_lines(zone)
    for event in dates:
        lines += _event_lines(event, zone, made)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _zone_lines(zone: str) -> list[str]:
    """The zone's rules; a zone with summer time is written in UTC instead."""
    if _offset(zone) is None:
        return []
    sign = _offset(zone)
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{zone}",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{sign}",
        f"TZOFFSETTO:{sign}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def _offset(zone: str) -> str | None:
    winter, summer = (
        datetime(YEAR, month, 1, tzinfo=ZoneInfo(zone)).strftime("%z") for month in (1, 7)
    )
    return winter if winter == summer else None


def _event_lines(event: Date, zone: str, made: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_utc(made)}",
        f"SEQUENCE:{event.sequence}",
    ]
    if isinstance(event.begins, datetime) and event.ends is not None:
        lines += [_moment("DTSTART", event.begins, zone), _moment("DTEND", event.ends, zone)]
    else:
        day = event.begins
        lines.append(f"DTSTART;VALUE=DATE:{day:%Y%m%d}")
        lines.append(f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}")
    lines.append(f"SUMMARY:{_escaped(event.title)}")
    if event.url:
        lines.append(f"URL:{event.url}")
    return [*lines, "END:VEVENT"]


def _moment(name: str, at: datetime, zone: str) -> str:
    if _offset(zone) is None:
        return f"{name}:{_utc(at)}"
    return f"{name};TZID={zone}:{at.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(words: str) -> str:
    for sign in "\\;,":
        words = words.replace(sign, f"\\{sign}")
    return " ".join(words.split())


def _folded(line: str) -> str:
    """No line is longer than 75 bytes; what is more goes on after a space."""
    parts, rest = [], line
    room = 75
    while len(rest.encode()) > room:
        cut = rest.encode()[:room].decode(errors="ignore")
        parts.append(cut)
        rest, room = rest[len(cut) :], 74
    return "\r\n ".join([*parts, rest])

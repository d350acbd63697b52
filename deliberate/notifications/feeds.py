"""Feed entries as Atom (RFC 4287) and JSON Feed 1.1.

Atom is written with the standard library: feedgen, the usual package, has had no release since
2023 and depends on lxml, and other generators mark the plain-text summaries as HTML.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from markupsafe import escape

from deliberate.notifications.quotes import Quote, mark_quotes
from deliberate.queries.notices.feeds import FeedEntry

ATOM = "http://www.w3.org/2005/Atom"
TAG_YEAR = 2026
"""The year in the ids of entries (RFC 4151); a change would make all entries new to readers."""


@dataclass(frozen=True)
class Feed:
    """The title, its language and the addresses of a feed; `name` identifies it forever."""

    title: str
    name: str
    page_url: str
    feed_url: str
    base_url: str
    language: str
    title_language: str

    def tag(self, name: str) -> str:
        """Return the permanent id of a feed or entry in this installation."""
        return f"tag:{urlsplit(self.base_url).hostname},{TAG_YEAR}:{name}"


def to_atom(feed: Feed, entries: Sequence[FeedEntry]) -> bytes:
    """Return a feed as Atom."""
    Xml.register_namespace("", ATOM)
    root = Xml.Element(f"{{{ATOM}}}feed", {"xml:lang": feed.language})
    never = datetime(TAG_YEAR, 1, 1, tzinfo=UTC)
    _add_text(root, "id", feed.tag(feed.name))
    of_title = ((feed.title, feed.title_language),)
    _add_text(root, "title", feed.title, of_title)
    updated = max((entry.published_at for entry in entries), default=never)
    _add_text(root, "updated", _timestamp(updated))
    Xml.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": feed.feed_url})
    Xml.SubElement(root, f"{{{ATOM}}}link", {"rel": "alternate", "href": feed.page_url})
    author = Xml.SubElement(root, f"{{{ATOM}}}author")
    _add_text(author, "name", feed.title, of_title)
    for entry in entries:
        _add_entry(root, feed, entry)
    document: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(root: Xml.Element, feed: Feed, entry: FeedEntry) -> None:
    element = Xml.SubElement(root, f"{{{ATOM}}}entry")
    _add_text(element, "id", feed.tag(entry.name))
    _add_text(element, "title", entry.title, entry.quotes)
    _add_text(element, "updated", _timestamp(entry.published_at))
    _add_text(element, "summary", entry.summary, entry.quotes)
    for tag in entry.tags:
        Xml.SubElement(element, f"{{{ATOM}}}category", {"term": tag})
    url = feed.base_url + entry.path
    Xml.SubElement(element, f"{{{ATOM}}}link", {"rel": "alternate", "href": url})


def _add_text(parent: Xml.Element, name: str, text: str, quotes: Sequence[Quote] = ()) -> None:
    """Add a text that names its language if it is a quote, as HTML if a part of it is one."""
    element = Xml.SubElement(parent, f"{{{ATOM}}}{name}")
    language = dict(quotes).get(text)
    marked = mark_quotes(text, quotes)
    if language is not None:
        element.set("xml:lang", language)
    elif marked != escape(text):
        element.set("type", "html")
        text = str(marked)
    element.text = text


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_json(feed: Feed, entries: Iterable[FeedEntry]) -> bytes:
    """Return a feed as JSON Feed 1.1."""
    items = [
        {
            "id": feed.tag(entry.name),
            "url": feed.base_url + entry.path,
            "title": entry.title,
            "content_text": entry.summary,
            "content_html": str(mark_quotes(entry.summary, entry.quotes)),
            "date_published": _timestamp(entry.published_at),
            **_item_language(entry),
            **({"tags": entry.tags} if entry.tags else {}),
        }
        for entry in entries
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.feed_url,
        "language": feed.language,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _item_language(entry: FeedEntry) -> dict[str, str]:
    """Return the language of an item whose title is the text of a person."""
    language = dict(entry.quotes).get(entry.title)
    return {"language": language} if language else {}

"""URL converters, and parsing of URLs that come from outside."""

import re
from urllib.parse import SplitResult, urlsplit

from werkzeug.routing import IntegerConverter, Map

_UNSAFE_CHARACTERS = re.compile(r"[\\\x00-\x20\x7f]")
"""Characters that browsers drop or read as a slash."""


class DigitsConverter(IntegerConverter):
    """An integer written in the digits 0 to 9 alone, so that each resource has one URL."""

    regex = "[0-9]+"


class IdConverter(DigitsConverter):
    """A row id: an integer that both databases can store in a 32-bit column."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2_147_483_647)


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL; all of them are empty if it is malformed, as http://[::1 is."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def local_path(path: str | None) -> str | None:
    """Return a path of this site that is safe to redirect to, or None for any other URL."""
    parts = split_url(path or "")
    if not path or not path.startswith("/") or path.startswith("//"):
        return None
    return None if parts.scheme or parts.netloc or _UNSAFE_CHARACTERS.search(path) else path

"""Addresses as somebody sent them: what is none is nothing, what leaves this site is refused."""

import re
from urllib.parse import SplitResult, urlsplit

from werkzeug.routing import IntegerConverter, Map

_TURNING = re.compile(r"[\\\x00-\x20\x7f]")


class DigitsConverter(IntegerConverter):
    """An integer written in the digits 0 to 9 alone, so that each resource has one URL."""

    regex = "[0-9]+"


class IdConverter(DigitsConverter):
    """A row id: an integer that both databases can store in a 32-bit column."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2_147_483_647)


def parts_of(address: str) -> SplitResult:
    """The parts of an address somebody sent; nothing of what is no address, as http://[::1."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def path_within(path: str | None) -> str | None:
    """A path of this site that somebody may be sent to; None for anything else."""
    parts = parts_of(path or "")
    if not path or not path.startswith("/") or path.startswith("//") or _TURNING.search(path):
        return None
    return None if parts.scheme or parts.netloc else path

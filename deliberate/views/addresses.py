"""Addresses as somebody sent them: what is none is nothing, what leaves this site is refused."""

import re
from urllib.parse import SplitResult, urlsplit

from werkzeug.routing import IntegerConverter

_TURNING = re.compile(r"[\\\x00-\x20\x7f]")


class Number(IntegerConverter):
    """A number in an address, in the digits 0 to 9 alone: each thing has one address."""

    regex = "[0-9]+"


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

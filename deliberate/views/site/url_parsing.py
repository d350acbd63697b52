"""Reading of requests: URL converters, characters of fields, URLs that come from outside."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Request
from werkzeug.datastructures import ImmutableDict, ImmutableMultiDict, MultiDict, iter_multi_items
from werkzeug.routing import IntegerConverter, Map, PathConverter, Rule, UnicodeConverter

from deliberate.text import MAX_INTEGER, drop_control_characters
from deliberate.views.site.delivery.uploads import open_bounded_file

MAX_SEGMENT_LENGTH = 200
"""Longest part of a path: a file system refuses a name of more than 255 bytes."""

_UNSAFE_CHARACTERS = re.compile(r"[\\\x00-\x20\x7f]")
"""Characters that browsers drop or read as a slash."""


class DigitsConverter(IntegerConverter):
    """An integer written in the digits 0 to 9 alone, so that each resource has one URL."""

    regex = "[0-9]+"


class IdConverter(DigitsConverter):
    """A row id: an integer that both databases can store in a 32-bit column."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=MAX_INTEGER)


class TextConverter(UnicodeConverter):
    """A part of a path without control characters, no longer than a file name may be."""

    def __init__(
        self, map: Map, minlength: int = 1, maxlength: int | None = None, length: int | None = None
    ) -> None:
        super().__init__(map, minlength, maxlength or MAX_SEGMENT_LENGTH, length)
        self.regex = self.regex.replace("[^/]", r"[^/\x00-\x1f\x7f]")


class TextPathConverter(PathConverter):
    """Parts of a path as TextConverter reads each."""

    _PART = rf"[^/\x00-\x1f\x7f]{{1,{MAX_SEGMENT_LENGTH}}}"
    regex = f"{_PART}(?:/{_PART})*"


class TextFields(ImmutableMultiDict[str, Any]):  # Any: texts, or files of a form
    """Fields of a query or a form without control characters, which no text needs."""

    def __init__(
        self, mapping: MultiDict[str, Any] | Mapping[str, Any] | Iterable[Any] | None = None
    ) -> None:
        super().__init__(
            (drop_control_characters(name), _cleaned(value))
            for name, value in iter_multi_items(mapping or ())
        )


def _cleaned(value: object) -> object:
    return drop_control_characters(value) if isinstance(value, str) else value


class TextRequest(Request):
    """A request whose query and form have no control characters, and whose files are bounded."""

    parameter_storage_class = TextFields

    def _get_file_stream(self, *_args: object, **_kwargs: object) -> IO[bytes]:
        return open_bounded_file()


class LateRule(Rule):
    """A rule whose function that builds URLs is compiled at its first use.

    Compiling those of all rules takes a quarter of the start of a process, which uses few.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: "LateRule", **values: object) -> tuple[str, str]:
            compiled = super()._compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, name, compiled)
            built: tuple[str, str] = compiled(**values)
            return built

        return build


class UrlMap(Map):
    """The rules of all URLs, with converters that accept only what both databases can store."""

    default_converters = ImmutableDict(
        {
            **Map.default_converters,
            "default": TextConverter,
            "string": TextConverter,
            "path": TextPathConverter,
            "int": DigitsConverter,
            "id": IdConverter,
        }
    )


class Application(Flask):
    """The application: Flask adds the rule of static files at once, so the map is its class's."""

    url_map_class = UrlMap
    url_rule_class = LateRule
    request_class = TextRequest


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

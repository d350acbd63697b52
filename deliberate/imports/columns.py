"""Parsing of a row's columns: text, times, codes and references. A bad value raises BadRow."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.days import UnreadableTime, WrittenTime, read_time
from deliberate.imports.profile_checks import inner_sections
from deliberate.imports.profiles import Codes, Reference
from deliberate.imports.source import BadRow, Row, column_alternatives
from deliberate.text import clean, clean_line, sanitize_html

_BLANK_LINES = re.compile(r"\n\s*\n")
_WHOLE_FLOAT = re.compile(r"(-?\d+)\.0+")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
FIRST_YEAR, LAST_YEAR = 1990, 9000
"""Years in which an act can be dated; later ones are in the future, whatever the zone."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


def cell_value(row: Row, spec: str) -> Any:
    """Return the value of a column: `a.b` descends into objects, `a|b` is the first filled one,
    `title/*` the language of the texts, else the first filled column of that beginning.
    """
    if not spec:
        return None
    if spec in row.fields:
        return row.fields[spec]
    for name in column_alternatives(spec):
        value = _one_column(row, name)
        if value is not None and value != "":
            return value
    return None


def _one_column(row: Row, name: str) -> Any:
    if name.endswith("*"):
        prefix = name[:-1]
        columns = [prefix + row.language, prefix.removesuffix("/"), *_beginning(row, prefix)]
        return next((row.fields[c] for c in columns if row.fields.get(c) not in (None, "")), None)
    if name in row.fields:
        return row.fields[name]
    inner: Any = row.fields
    for key in name.split("."):
        inner = inner.get(key) if isinstance(inner, Mapping) else None
    return inner


def _beginning(row: Row, prefix: str) -> list[str]:
    return [column for column in row.fields if column.startswith(prefix)]


def cell_text(row: Row, column: str) -> str:
    """Return the cleaned text of a column; empty if missing. Raises BadRow for an object."""
    return _as_text(cell_value(row, column), row, column)


def _as_text(value: Any, row: Row, column: str) -> str:
    if isinstance(value, str):
        return clean(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN is what differs from itself
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return _in_language(value, row, column)
    if isinstance(value, list):
        return _joined_texts(value, row, column)
    return clean(str(value))


def _joined_texts(items: list[Any], row: Row, column: str) -> str:
    """Return the texts of a list as paragraphs. Raises BadRow for a list of objects."""
    if any(isinstance(item, list | Mapping) for item in items):
        raise BadRow(f"{column}: a list of objects, not a text")
    return "\n\n".join(filter(None, (_as_text(item, row, column) for item in items)))


def _in_language(value: Mapping[str, Any], row: Row, column: str) -> str:
    """Return the text of a map by language: in the profile's one, else the first that is filled."""
    texts = {k: v for k, v in value.items() if isinstance(v, str) and _LANGUAGE.fullmatch(k)}
    if value and not texts:
        raise BadRow(f"{column}: an object with {', '.join(map(str, value))[:60]}, not a text")
    preferred = texts.get(row.language, "")
    return clean(preferred or next(filter(None, texts.values()), ""))


def _plain_number(text: str) -> str:
    """Return a whole number as other files write it: 7 where a table of floats has 7.0."""
    match = _WHOLE_FLOAT.fullmatch(text) if text.endswith("0") and "." in text else None
    return match[1] if match else text


def source_id(row: Row, column: str, *, required: bool = False) -> str:
    """Return the source's own id of a row. Raises BadRow if it is required and missing, or too
    long.
    """
    value = cell_value(row, column)
    if isinstance(value, list):
        raise BadRow(f"{column}: a list of {len(value)} values where one id is needed")
    name = _plain_number(clean_line(_as_text(value, row, column)))
    if required and not name:
        raise BadRow(f"{column} is empty")
    if len(name) > 64:
        raise BadRow(f"{column} is longer than 64 characters")
    return name


def source_ids(row: Row, column: str, separator: str) -> list[str]:
    """Return several ids in one column: a list, or parts of a text."""
    value = cell_value(row, column)
    items = value if isinstance(value, list) else [value]
    parts = [_as_text(item, row, column) for item in items]
    if separator:
        parts = [part for text in parts for part in text.split(separator)]
    ids = [_plain_number(clean_line(part)) for part in parts]
    if any(len(name) > 64 for name in ids):
        raise BadRow(f"{column} is longer than 64 characters")
    return list(filter(None, ids))


def cell_count(row: Row, column: str) -> int:
    """Return a count; 0 if missing."""
    value = _plain_number(cell_text(row, column))
    if not value:
        return 0
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise BadRow(f"{column}: {value[:40]!r} is not a count")
    return int(value)


def optional_timestamp(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """Return the time in a column in UTC; None if missing."""
    return required_timestamp(row, column, zone) if cell_text(row, column) else None


def required_timestamp(row: Row, column: str, zone: ZoneInfo) -> datetime:
    """Return a time in UTC; without offset it is local to `zone`, a date alone its midnight."""
    moments = read_moments(row, column, zone)
    year = moments.written.day.year
    if year < FIRST_YEAR:
        raise BadRow(f"{column}: {cell_text(row, column)[:40]!r} is before {FIRST_YEAR}")
    if moments.first > datetime.now(UTC):
        raise BadRow(f"{column}: {cell_text(row, column)[:40]!r} is in the future")
    return moments.first


@dataclass(frozen=True, slots=True)
class Moments:
    """A time as it is written, and both moments that it can mean in a time zone."""

    written: WrittenTime
    first: datetime
    second: datetime
    exists: bool
    """Whether the clocks of the zone show it."""

    @property
    def is_skipped(self) -> bool:
        """Return whether the clocks of the zone skip the time."""
        return self.written.hour is not None and not self.exists

    @property
    def repeated(self) -> datetime | None:
        """Return the second of the two moments that a local time has when the clocks go back."""
        return self.second if self.second != self.first else None


@lru_cache(maxsize=1024)
def _moments(value: str, zone: ZoneInfo) -> Moments:
    written = read_time(value)
    if not FIRST_YEAR <= written.day.year <= LAST_YEAR:
        never = datetime.max.replace(tzinfo=UTC)  # its moments may leave the calendar
        return Moments(written, never, never, exists=True)
    return Moments(written, written.first(zone), written.second(zone), written.exists(zone))


def read_moments(row: Row, column: str, zone: ZoneInfo) -> Moments:
    """Return the time in a column and its moments. Raises BadRow if it is none."""
    value = cell_text(row, column)
    try:
        return _moments(value, zone)
    except UnreadableTime:
        reason = f"{column}: {value[:40]!r} is not a date or time"
        if _EPOCH.fullmatch(value):
            unit = "seconds" if len(value.partition(".")[0]) == 10 else "milliseconds"
            reason += f"; it may be {unit} since 1970: write it as 2026-11-30 18:30:00"
        elif re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}.*", value):
            reason += "; write it as 2026-11-30"
        raise BadRow(reason) from None


def cell_code(row: Row, codes: Codes) -> Any:
    """Return the vocabulary code for a column's value, or None."""
    value = cell_text(row, codes.column)
    if codes.match and value:
        hit = re.search(codes.match, value)
        if hit is None:
            return _code_otherwise(codes, value)
        value = hit.group(1) or ""
    for written in (value, _plain_number(value)):
        if written in codes.values:
            return codes.values[written]
    if value and codes.filled is not None:
        return codes.filled
    return _code_otherwise(codes, value)


def _code_otherwise(codes: Codes, value: str) -> Any:
    """Return the code of values that have none of their own. Raises BadRow where it is unset."""
    if codes.otherwise is None and value:
        raise BadRow(f"{codes.column}: the profile has no code for {value[:40]!r}")
    return codes.otherwise


def unknown_code(row: Row, codes: Codes) -> str:
    """Return the value for which a profile has no code but `otherwise`; empty if it has one."""
    value = cell_text(row, codes.column)
    is_known = codes.match or {value, _plain_number(value)} & set(codes.values)
    return "" if is_known or codes.filled is not None else value[:40]


def required_code(row: Row, codes: Codes) -> Any:
    """Return the vocabulary code for a column's value. Raises BadRow if the column is empty."""
    code = cell_code(row, codes)
    if code is None:
        raise BadRow(f"{codes.column} is empty")
    return code


def source_url(row: Row, url: str, source_id: str) -> str:
    """Return the URL of a proposal at its source, from a column or a template with `{id}`."""
    return url.replace("{id}", source_id) if "{id}" in url else cell_text(row, url)


def code_label(row: Row, codes: Codes) -> str:
    """Return the text that a profile gives for a code; without one, the column's own value."""
    value = cell_text(row, codes.column)
    return str(codes.values.get(value, "") or codes.otherwise or value)


def satisfies(row: Row, conditions: Mapping[str, str]) -> bool:
    """Return whether a row has these values; with ! before it, a value that it must not have."""
    for column, wanted in conditions.items():
        value = _plain_number(cell_text(row, column))
        if (value == wanted[1:]) if wanted.startswith("!") else (value != wanted):
            return False
    return True


def referenced_id(row: Row, reference: Reference) -> str:
    """Return the id of the row that a column references; empty if there is none."""
    if not reference.column or not satisfies(row, reference.when):
        return ""
    if not reference.match:
        return source_id(row, reference.column)
    hit = re.search(reference.match, cell_text(row, reference.column))
    return (hit.group(1) or "")[:64] if hit else ""


def joined_text(row: Row, columns: Iterable[str]) -> str:
    """Return the text of several columns joined by blank lines."""
    parts = (cell_text(row, column) for column in columns)
    return "\n\n".join(part for part in parts if part)


def safe_html(content: str, markup: str) -> str:
    """Return sanitized HTML of foreign HTML or of plain text with blank lines."""
    if markup == "html":
        return sanitize_html(content)
    paragraphs = _BLANK_LINES.split(content) if content else []
    return sanitize_html("".join(f"<p>{_lines(part)}</p>" for part in paragraphs))


def _lines(paragraph: str) -> str:
    return escape(paragraph.strip(), quote=False).replace("\n", "<br>")


def named_columns(section: object) -> set[str]:
    """Return the columns that a section of a profile names, in the words of the profile."""
    return {column for column in _named(section) if column and "{" not in column}


def _named(section: object) -> Iterator[str]:
    for spec in fields(section):  # type: ignore[arg-type]  # sections are dataclasses
        value = getattr(section, spec.name)
        if spec.name == "when" and isinstance(value, Mapping):
            yield from value
        elif spec.metadata.get("is_column"):
            yield from [value] if isinstance(value, str) else value
        elif not getattr(value, "fixed", ""):
            for inner, _name in inner_sections(value, spec.name):
                yield from _named(inner)

"""What a row's columns say: words, times, codes and references, or why the row is bad."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports.profiles import Codes, Reference
from deliberate.imports.source import BadRow, Row
from deliberate.text import clean, clean_line, sanitise

_BLANK_LINES = re.compile(r"\n\s*\n")


def found(row: Row, column: str) -> Any:
    """What stands in a column: `a.b` goes into objects, `title/*` is the first that is filled."""
    if not column:
        return None
    if column.endswith("*"):
        filled = (v for k, v in row.fields.items() if k.startswith(column[:-1]) and v)
        return next(filled, None)
    if column in row.fields:
        return row.fields[column]
    inner: Any = row.fields
    for name in column.split("."):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return inner


def words(row: Row, column: str) -> str:
    """The words in a column, cleaned; empty where there is nothing."""
    value = found(row, column)
    return "" if value is None else clean(str(value))


def number_of(row: Row, column: str, *, needed: bool = False) -> str:
    """The source's own number or name of a thing."""
    name = clean_line(words(row, column))
    if needed and not name:
        raise BadRow(f"{column} is empty")
    if len(name) > 64:
        raise BadRow(f"{column} is longer than 64 characters")
    return name


def count(row: Row, column: str) -> int:
    """A count, 0 where there is none."""
    said = words(row, column)
    if not said:
        return 0
    if not said.isdecimal() or len(said) > 9:
        raise BadRow(f"{column}: {said[:40]!r} is no count")
    return int(said)


def moment(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """The time in a column in UTC, None where there is none."""
    return needed_moment(row, column, zone) if words(row, column) else None


def needed_moment(row: Row, column: str, zone: ZoneInfo) -> datetime:
    """A time in UTC; without an offset it is local time of the zone, a day alone its midnight."""
    said = words(row, column)
    try:
        when = datetime.fromisoformat(said.replace(" UTC", "+00:00").replace(" +", "+"))
        when = (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRow(f"{column}: {said[:40]!r} is no date or time") from None
    if when.year < 1990:
        raise BadRow(f"{column}: {said[:40]!r} lies before the web")
    if when > datetime.now(UTC):
        raise BadRow(f"{column}: {said[:40]!r} lies in the future")
    return when


def coded(row: Row, codes: Codes) -> Any:
    """Our code for what a column says, or None."""
    said = words(row, codes.column)
    if said in codes.values:
        return codes.values[said]
    if codes.otherwise is None and said:
        raise BadRow(f"{codes.column}: the profile knows no {said[:40]!r}")
    return codes.otherwise


def address(row: Row, url: str, number: str) -> str:
    """Where a proposal stands at its source: a column, or an address with `{id}` in it."""
    return url.replace("{id}", number) if "{id}" in url else words(row, url)


def headline(row: Row, codes: Codes) -> str:
    """The words a code stands for; where the profile gives none, the column's own."""
    said = words(row, codes.column)
    return str(codes.values.get(said, "") or codes.otherwise or said)


def referred(row: Row, reference: Reference) -> str:
    """The number of the row a column names, or nothing."""
    if any(words(row, column) != value for column, value in reference.when.items()):
        return ""
    said = number_of(row, reference.column) if not reference.match else ""
    if reference.match and (hit := re.search(reference.match, words(row, reference.column))):
        said = hit.group(1)
    return said


def text(row: Row, columns: Iterable[str]) -> str:
    """What somebody wrote, its parts joined by a blank line."""
    parts = (words(row, column) for column in columns)
    return "\n\n".join(part for part in parts if part)


def html(written: str, markup: str) -> str:
    """Safe HTML of a text in foreign HTML or in plain words, where blank lines part paragraphs."""
    if markup == "html":
        return sanitise(written)
    paragraphs = _BLANK_LINES.split(written) if written else []
    return sanitise("".join(f"<p>{_lines(part)}</p>" for part in paragraphs))


def _lines(paragraph: str) -> str:
    return escape(paragraph.strip(), quote=False).replace("\n", "<br>")


def named(section: object) -> set[str]:
    """The columns a section of a profile needs: all it names but those chosen by a star."""
    columns: set[str] = set()
    for spec in fields(section):  # type: ignore[arg-type]  # sections are dataclasses
        value = getattr(section, spec.name)
        if isinstance(value, Codes):
            columns.add(value.column)
        elif isinstance(value, Reference):
            columns |= {value.column, *value.when}
        elif spec.name == "body":
            columns |= {value} if isinstance(value, str) else set(value)
        elif isinstance(value, str) and spec.name not in _NO_COLUMNS:
            columns.add(value)
    return {
        column for column in columns if column and not column.endswith("*") and "{" not in column
    }


_NO_COLUMNS = {"file", "delimiter", "markup"}

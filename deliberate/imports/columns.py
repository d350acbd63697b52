"""Parsing of a row's columns: text, times, codes and references. A bad value raises BadRow."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports.profiles import Codes, Reference
from deliberate.imports.source import BadRow, Row
from deliberate.text import clean, clean_line, sanitize_html

_BLANK_LINES = re.compile(r"\n\s*\n")


def cell_value(row: Row, column: str) -> Any:
    """Return the value of a column: `a.b` descends into objects, `title/*` is the first filled
    match.
    """
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


def cell_text(row: Row, column: str) -> str:
    """Return the cleaned text of a column; empty if missing."""
    value = cell_value(row, column)
    return "" if value is None else clean(str(value))


def source_id(row: Row, column: str, *, required: bool = False) -> str:
    """Return the source's own id of a row. Raises BadRow if it is required and missing, or too
    long.
    """
    name = clean_line(cell_text(row, column))
    if required and not name:
        raise BadRow(f"{column} is empty")
    if len(name) > 64:
        raise BadRow(f"{column} is longer than 64 characters")
    return name


def cell_count(row: Row, column: str) -> int:
    """Return a count; 0 if missing."""
    value = cell_text(row, column)
    if not value:
        return 0
    if not value.isdecimal() or len(value) > 9:
        raise BadRow(f"{column}: {value[:40]!r} is not a count")
    return int(value)


def optional_timestamp(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """Return the time in a column in UTC; None if missing."""
    return required_timestamp(row, column, zone) if cell_text(row, column) else None


def required_timestamp(row: Row, column: str, zone: ZoneInfo) -> datetime:
    """Return a time in UTC; without offset it is local to `zone`, a date alone its midnight."""
    value = cell_text(row, column)
    try:
        when = datetime.fromisoformat(value.replace(" UTC", "+00:00").replace(" +", "+"))
        when = (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRow(f"{column}: {value[:40]!r} is not a date or time") from None
    if when.year < 1990:
        raise BadRow(f"{column}: {value[:40]!r} is before 1990")
    if when > datetime.now(UTC):
        raise BadRow(f"{column}: {value[:40]!r} is in the future")
    return when


def cell_code(row: Row, codes: Codes) -> Any:
    """Return the vocabulary code for a column's value, or None."""
    value = cell_text(row, codes.column)
    if value in codes.values:
        return codes.values[value]
    if codes.otherwise is None and value:
        raise BadRow(f"{codes.column}: the profile has no code for {value[:40]!r}")
    return codes.otherwise


def source_url(row: Row, url: str, source_id: str) -> str:
    """Return the URL of a proposal at its source, from a column or a template with `{id}`."""
    return url.replace("{id}", source_id) if "{id}" in url else cell_text(row, url)


def code_label(row: Row, codes: Codes) -> str:
    """Return the text that a profile gives for a code; without one, the column's own value."""
    value = cell_text(row, codes.column)
    return str(codes.values.get(value, "") or codes.otherwise or value)


def referenced_id(row: Row, reference: Reference) -> str:
    """Return the id of the row that a column references; empty if there is none."""
    if any(cell_text(row, column) != value for column, value in reference.when.items()):
        return ""
    value = source_id(row, reference.column) if not reference.match else ""
    if reference.match and (hit := re.search(reference.match, cell_text(row, reference.column))):
        value = hit.group(1)
    return value


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


def required_columns(section: object) -> set[str]:
    """Return the columns that a section of a profile requires; columns with a star are optional."""
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

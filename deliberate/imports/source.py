"""Rows of other platforms' files, rejected rows, and the errors of unreadable ones."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class UnreadableSource(ValueError):
    """Raised where a whole file or profile cannot be read; the message names file and reason."""


class BadRow(ValueError):
    """Raised where one row cannot be imported; the message gives the reason."""


def check_slug(slug: str) -> None:
    """Raise UnreadableSource for a slug that no process can have."""
    if len(slug) > 80 or not _SLUG.fullmatch(slug):
        raise UnreadableSource(f"--process: {slug!r} is not a valid slug (a-z, 0-9, hyphens)")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with file, line and fields by column; `language` is the one preferred in maps."""

    file: str
    line: int
    fields: Mapping[str, Any]
    section: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A rejected row with its reason."""

    file: str
    line: int
    reason: str
    row: object
    section: str = ""


def reject(row: Row, reason: object) -> Reject:
    """Return the rejection of a row."""
    return Reject(row.file, row.line, str(reason), dict(row.fields), row.section)


@lru_cache(maxsize=1024)
def column_alternatives(spec: str) -> tuple[str, ...]:
    """Return the columns that a profile names in one text: the first that is filled counts."""
    return tuple(part.strip() for part in spec.removesuffix("?").split("|"))


def matches_column(spec: str, column: str) -> bool:
    """Return whether a column of a file is one that a profile names.

    `title/*` is `title`, an object there, and every column that begins with `title/`; `a.b` is a
    value inside an object, and names all that is below it.
    """
    return spec == column or any(_names(name, column) for name in column_alternatives(spec))


def _names(name: str, column: str) -> bool:
    """Return whether one of the names of a profile is that of a column."""
    if name.endswith("*"):
        prefix = name[:-1]
        plain = prefix.removesuffix("/")
        return column == plain or column.startswith((prefix, f"{plain}."))
    # an object that is empty in this row has none of the names below it
    return column == name or column.startswith(f"{name}.") or name.startswith(f"{column}.")


def missing_columns(specs: Iterable[str], header: Iterable[str]) -> list[str]:
    """Return the columns that a profile names and a file lacks; with `?` one may be absent."""
    columns = list(header)
    return sorted(
        spec
        for spec in specs
        if not (spec.endswith("?") or any(matches_column(spec, column) for column in columns))
    )


def write_rejects(path: Path, rejects: list[Reject]) -> None:
    """Write the rejected rows: file, line, reason, and the row as JSON."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "line", "reason", "row"])
        for rejected in rejects:
            row = json.dumps(rejected.row, ensure_ascii=True, default=str)
            table.writerow([rejected.file, rejected.line, rejected.reason, row])

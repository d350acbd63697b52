"""Files of another platform, row by row, each with its line number."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

csv.field_size_limit(16 * 1024 * 1024)  # a body may exceed the default limit of 128 KB


class UnreadableSource(ValueError):
    """Raised where a whole file or profile cannot be read; the message names file and reason."""


class BadRow(ValueError):
    """Raised where one row cannot be imported; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with file, line and fields by column."""

    file: str
    line: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """A rejected row with its reason."""

    file: str
    line: int
    reason: str
    row: object


def read_rows(path: Path, delimiter: str, required: set[str]) -> Iterator[Row | Reject]:
    """Yield the rows of a CSV or JSON lines file; raises UnreadableSource for the whole file."""
    text = _text(path)
    if path.suffix == ".jsonl":
        return _json_lines(path.name, text)
    return _csv_rows(path.name, text, delimiter, required)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableSource(f"{path}: line {line} is not UTF-8") from error


def _csv_rows(name: str, text: str, delimiter: str, required: set[str]) -> Iterator[Row | Reject]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(lines, [])
        if missing := sorted(required - set(header)):
            raise UnreadableSource(f"{name}: no column {', '.join(missing)}")
        first = lines.line_num + 1
        for values in lines:
            line, first = first, lines.line_num + 1
            if len(values) == len(header):
                yield Row(name, line, dict(zip(header, values, strict=True)))
            elif values:
                reason = f"{len(values)} fields where the header has {len(header)}"
                yield Reject(name, line, reason, values)
    except csv.Error as error:
        raise UnreadableSource(f"{name}: line {lines.line_num}: {error}") from error


def _json_lines(name: str, text: str) -> Iterator[Row | Reject]:
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            fields = json.loads(content)
        except (ValueError, RecursionError):
            yield Reject(name, line, "not JSON", content)
            continue
        if isinstance(fields, dict):
            yield Row(name, line, fields)
        else:
            yield Reject(name, line, "not a JSON object", content)


def write_rejects(path: Path, rejects: list[Reject]) -> None:
    """Write the rejected rows: file, line, reason, and the row as JSON."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "line", "reason", "row"])
        for reject in rejects:
            row = json.dumps(reject.row, ensure_ascii=True)
            table.writerow([reject.file, reject.line, reject.reason, row])

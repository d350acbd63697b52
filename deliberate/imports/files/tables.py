"""Rows of CSV files: the separator from the header, no column twice, lines as in the file."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TextIO

from deliberate.imports.source import Reject, Row, UnreadableSource, missing_columns

csv.field_size_limit(16 * 1024 * 1024)  # a body may exceed the default limit of 128 KB

SEPARATORS = (",", ";", "\t", "|")


def table_rows(
    name: str, text: TextIO, delimiter: str, required: Collection[str]
) -> Iterator[Row | Reject]:
    """Yield the rows of a CSV file; raises UnreadableSource for the whole file."""
    first_line, skipped = text.readline(), 0
    if first_line.lower().startswith("sep=") and len(first_line.strip()) <= 5:
        delimiter = first_line.rstrip("\r\n")[4:] or delimiter
        first_line, skipped = text.readline(), 1
    delimiter = _separator(first_line, delimiter, required)
    text.seek(0)
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for _ in range(skipped):
            next(lines, [])
        header = check_header(name, next(lines, []), required)
        first = lines.line_num + 1
        for values in lines:
            line, first = first, lines.line_num + 1
            if len(values) == len(header):
                yield Row(name, line, dict(zip(header, values, strict=True)))
            elif values:
                yield reject_width(name, line, values, header)
    except csv.Error as error:
        raise UnreadableSource(f"{name}: line {lines.line_num}: {error}") from error


def reject_width(name: str, line: int, values: list[str], header: Sequence[str]) -> Reject:
    """Return the reject of a line that has more or fewer fields than the header."""
    return Reject(name, line, f"{len(values)} fields where the header has {len(header)}", values)


def check_header(name: str, cells: Sequence[str], required: Collection[str]) -> list[str]:
    """Return the names of the columns; raises UnreadableSource for one that is missing or twice."""
    header = [cell.strip().removeprefix("\ufeff") for cell in cells]
    _refuse_twice(name, header)
    if missing := missing_columns(required, header):
        raise UnreadableSource(f"{name}: no column {', '.join(missing)}")
    return [column or f"column {i}" for i, column in enumerate(header, 1)]


def _refuse_twice(name: str, header: Sequence[str]) -> None:
    counts = Counter(filter(None, header))
    if twice := sorted(column for column, count in counts.items() if count > 1):
        places = [str(i) for i, column in enumerate(header, 1) if column == twice[0]]
        raise UnreadableSource(
            f"{name}: the column {twice[0]} is there {counts[twice[0]]} times "
            f"(columns {', '.join(places)}); give each its own name"
        )


def _separator(header: str, delimiter: str, required: Collection[str]) -> str:
    """Return the given separator, or the one by which the header has the required columns."""

    def missing(separator: str) -> int:
        try:
            cells = next(csv.reader([header.strip("\ufeff\r\n")], delimiter=separator), [])
        except csv.Error:
            return len(required) + 1
        named = [cell.strip() for cell in cells]
        return len(missing_columns(required, named)) if required else -len(named)

    return min((delimiter, *SEPARATORS), key=missing)

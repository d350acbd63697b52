"""The report of an import by file: columns read and not read, rows in, rows out and why."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deliberate.imports.source import Reject, Row, matches_column

EXAMPLES = 3
"""Lines that are named for each reason."""
_VALUES = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|^\S+(?= is a duplicate)|(?<=of line )\d+"
    r"|\d+(?= fields)|(?<=its parent )\S+|(?<=cycle through )\S+"
)


@dataclass
class Reason:
    """Why rows stayed out or were changed: how many, and the first of them."""

    text: str
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one more row."""
        self.count += 1
        if len(self.lines) < EXAMPLES:
            self.lines.append(line)


@dataclass
class FileReport:
    """What one section of a profile read from one file."""

    file: str
    section: str
    rows: int = 0
    others: int = 0
    """Rows that the section's `when` leaves to other sections."""
    columns: dict[str, bool] = field(default_factory=dict)
    """Columns of the file, each with whether the profile reads it."""
    left_out: dict[str, Reason] = field(default_factory=dict)
    rejected: dict[str, Reason] = field(default_factory=dict)
    notes: dict[str, Reason] = field(default_factory=dict)
    """What was read in another way than it is written, such as a time without an hour."""
    co_authors: dict[str, list[str]] = field(default_factory=dict)
    """Accounts that wrote a text with the one that acts, by its id."""

    @property
    def imported(self) -> int:
        """Return how many rows came in."""
        out = (*self.left_out.values(), *self.rejected.values())
        return self.rows - self.others - sum(reason.count for reason in out)

    @property
    def unread_columns(self) -> list[str]:
        """Return the columns that nothing was read from."""
        return [column for column, is_read in self.columns.items() if not is_read]

    def as_dict(self) -> dict[str, Any]:
        """Return the report for a machine."""
        return {
            "file": self.file,
            "section": self.section,
            "rows": self.rows,
            "imported": self.imported,
            "of_other_sections": self.others,
            "columns_read": [name for name, is_read in self.columns.items() if is_read],
            "columns_not_read": self.unread_columns,
            "co_authors": self.co_authors,
            **{
                name: [vars(reason) for reason in getattr(self, name).values()]
                for name in ("left_out", "rejected", "notes")
            },
        }


@dataclass
class ImportReport:
    """The report of one import, by file and section."""

    files: dict[tuple[str, str], FileReport] = field(default_factory=dict)

    def of(self, row: Row | Reject) -> FileReport:
        """Return the report of the file and section of a row."""
        return self.open(row.file, row.section)

    def open(self, file: str, section: str) -> FileReport:
        """Return the report of a file, new if it has none."""
        report = self.files.get((file, section))
        if report is None:
            report = self.files[file, section] = FileReport(file, section)
        return report

    def see_columns(self, row: Row, specs: Iterable[str], *, is_table: bool) -> None:
        """Add the columns of a row; those of a table are the same in every row."""
        report = self.of(row)
        if is_table and report.columns:
            return
        for column in row.fields if is_table else value_paths(row.fields):
            if column not in report.columns:
                report.columns[column] = any(matches_column(spec, column) for spec in specs)

    def leave_out(self, row: Row, name: str) -> None:
        """Count a row that the profile leaves out by name."""
        _add(self.of(row).left_out, name, row.line)

    def note(self, row: Row, text: str) -> None:
        """Count a row that came in otherwise than it is written."""
        _add(self.of(row).notes, text, row.line)

    def count_rejects(self, rejects: Iterable[Reject]) -> None:
        """Count the rejected rows by reason; the values in a reason make no difference."""
        for rejected in rejects:
            _add(self.of(rejected).rejected, reason_kind(rejected.reason), rejected.line)


def _add(reasons: dict[str, Reason], text: str, line: int) -> None:
    reasons.setdefault(text, Reason(text)).add(line)


def reason_kind(reason: str) -> str:
    """Return a reason without the values of its row."""
    return _VALUES.sub("…", reason)


def value_paths(fields: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterable[str]:
    """Yield the paths of the values inside an object, such as `author.name`."""
    for key, value in fields.items():
        if isinstance(value, Mapping) and value and depth < 4:
            yield from value_paths(value, f"{prefix}{key}.", depth + 1)
        else:
            yield f"{prefix}{key}"


def report_lines(report: ImportReport) -> list[str]:
    """Return the report as lines for people."""
    return [line for file in report.files.values() for line in _file_lines(file)]


def _file_lines(file: FileReport) -> Iterator[str]:
    where = f"{file.file} ({file.section})" if file.section else file.file
    out = file.rows - file.others - file.imported
    others = f", {file.others} of other sections" if file.others else ""
    yield f"{where}: {file.rows} rows{others}, {file.imported} in, {out} out"
    if read := [name for name, is_read in file.columns.items() if is_read]:
        yield f"  columns read: {', '.join(read)}"
    if file.unread_columns:
        yield f"  columns NOT read: {', '.join(file.unread_columns)}"
    for title, reasons in (
        ("left out", file.left_out),
        ("rejected", file.rejected),
        ("note", file.notes),
    ):
        yield from (_reason_line(title, reason) for reason in _frequent(reasons))
    yield from _co_author_lines(file.co_authors)


def _co_author_lines(co_authors: Mapping[str, list[str]]) -> list[str]:
    named = [f"{text_id} also by {', '.join(ids)}" for text_id, ids in co_authors.items()]
    more = f"; and {len(named) - EXAMPLES} more" if len(named) > EXAMPLES else ""
    return [f"  written together: {'; '.join(named[:EXAMPLES])}{more}"] if named else []


def _frequent(reasons: Mapping[str, Reason]) -> list[Reason]:
    counts = Counter({text: reason.count for text, reason in reasons.items()})
    return [reasons[text] for text, _count in counts.most_common()]


def _reason_line(title: str, reason: Reason) -> str:
    lines = ", ".join(map(str, reason.lines))
    more = ", …" if reason.count > len(reason.lines) else ""
    word = "line" if reason.count == 1 else "lines"
    return f"  {title}: {reason.count} × {reason.text} ({word} {lines}{more})"

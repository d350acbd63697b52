"""Look into the files of an unknown platform: their columns with samples, and a first profile."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deliberate.imports.files.packed import unpacked
from deliberate.imports.files.reading import ENDINGS, Layout, ending_of, has_header, read_rows
from deliberate.imports.report import value_paths
from deliberate.imports.source import Row, UnreadableSource

MAX_ROWS = 2000
SAMPLES = 3
_KEYS: dict[str, tuple[str, ...]] = {
    "id": ("id", "nr", "no", "number", "uuid", "key"),
    "title": ("title", "judul", "name", "subject", "heading", "titulo", "action"),
    "body": ("body", "text", "description", "content", "summary", "isi", "message", "cooked"),
    "author": ("author id", "user id", "author", "user", "speaker", "akun", "creator", "username"),
    "at": ("published at", "created at", "created on", "timestamp", "date", "dibuat", "posted at"),
    "supports": ("supports", "votes", "total votes", "likes", "signature count", "dukungan"),
    "topic": ("category", "topic", "kategori", "bidang", "tag", "theme"),
    "area": ("district", "area", "scope", "desa", "kelurahan", "kecamatan", "neighborhood"),
    "url": ("url", "link", "permalink"),
    "proposal": ("proposal id", "proposal", "discussion id", "topic id", "commentable id", "usul"),
    "parent": ("parent id", "parent", "reply to", "in reply to", "ancestry", "induk"),
    "stance": ("alignment", "stance", "sikap", "position", "opinion"),
}
"""Names that columns have elsewhere, by the key of a profile, the most usual first."""
_FOR_PROPOSALS = ("id", "title", "at", "body", "author", "supports", "topic", "area", "url")
_FOR_COMMENTS = ("id", "at", "body", "author", "proposal", "parent", "stance")
_REQUIRED = frozenset({"id", "title", "at", "body", "proposal"})


@dataclass
class ColumnSummary:
    """A column of a file: in how many rows it is filled, and some of its values."""

    name: str
    filled: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, value: Any) -> None:
        """Count a value and keep it as a sample if it is new."""
        text = " ".join(str(value).split()) if value not in {None, ""} else ""
        self.filled += bool(text)
        if text and text[:60] not in self.samples and len(self.samples) < SAMPLES:
            self.samples.append(text[:60])


@dataclass
class FileSummary:
    """The columns of a file, from its first rows."""

    path: Path
    rows: int = 0
    columns: dict[str, ColumnSummary] = field(default_factory=dict)

    @property
    def is_comments(self) -> bool:
        """Return whether its rows seem to belong to those of another file.

        A file with titles is one of proposals, unless most rows name another one.
        """
        named = [guess_column(self, key) for key in ("proposal", "parent")]
        filled = max((self.columns[name].filled for name in named if name), default=0)
        return filled > (self.rows / 2 if guess_column(self, "title") else 0)


def inspect_files(path: Path, encoding: str = "") -> list[FileSummary]:
    """Return the columns of a file, or of each file in a folder or ZIP; raises UnreadableSource."""
    with unpacked(path) as folder:
        if folder.is_file():
            return [_summary(folder, encoding)]
        files = [p for p in sorted(folder.rglob("*")) if p.is_file() and ending_of(p) in ENDINGS]
        if not files:
            raise UnreadableSource(f"{path}: no file that can be read ({', '.join(ENDINGS)})")
        return [_summary(file, encoding) for file in files]


def _summary(path: Path, encoding: str) -> FileSummary:
    summary = FileSummary(path)
    for row in read_rows(path, Layout(encoding=encoding), ()):
        summary.rows += 1
        if isinstance(row, Row):
            names = row.fields if has_header(path) else value_paths(row.fields)
            for name in names:
                column = summary.columns.setdefault(name, ColumnSummary(name))
                column.add(_value(row.fields, name))
        if summary.rows == MAX_ROWS:
            break
    return summary


def _value(fields: Any, name: str) -> Any:
    if name in fields:
        value = fields[name]
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    key, _, rest = name.partition(".")
    return _value(fields[key], rest) if rest else None


def guess_column(summary: FileSummary, key: str) -> str:
    """Return the column that probably is a key of a profile; empty if none looks like it."""
    plain = {_plain(name): name for name in reversed(summary.columns)}
    for known in _KEYS[key]:
        if known in plain:
            return plain[known]
    for known in _KEYS[key] if key != "id" else ():
        for name, column in plain.items():
            if f" {known} " in f" {name} ":
                return column
    return ""


def _plain(name: str) -> str:
    """Return the name of a column in small words: `author/id` and `authorId` are `author id`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.split(r"[^0-9a-z]+", parted.lower())
    return " ".join(word for word in words if word and word not in {"record", "attributes"})


def describe(summaries: Iterable[FileSummary]) -> list[str]:
    """Return the columns of files as lines for people."""
    lines = []
    for summary in summaries:
        first = "the first " if summary.rows == MAX_ROWS else ""
        lines.append(f"{summary.path.name}: {first}{summary.rows} rows")
        for column in summary.columns.values():
            samples = " | ".join(column.samples) or "(empty)"
            lines.append(f"  {column.name}: filled in {column.filled}; {samples}")
    return lines


def guess_profile(summaries: Sequence[FileSummary]) -> str:
    """Return a first profile as TOML with comments; what could not be guessed is marked."""
    proposals = next((s for s in summaries if not s.is_comments and s.columns), summaries[0])
    comments = next((s for s in summaries if s.is_comments and s is not proposals), None)
    lines = [
        "# A first profile, guessed from the names of the columns. Read every line; TO CHECK marks",
        "# what could not be guessed. Every key is explained in docs/import.md.",
        'platform = "own"',
        'label = "Another platform"',
        'title = "Imported"',
        "# TO CHECK: the zone of times without an offset, and the language of the texts",
        'timezone = "Asia/Makassar"',
        'language = "id"',
        "# TO CHECK: the criteria that the data can show: no stances, no DQ3; no answers, no RS1",
        'carries = ["DQ1"]',
        "",
        "[proposals]",
        *_section(proposals, _FOR_PROPOSALS),
    ]
    if comments is not None:
        lines += ["", "[comments]", *_section(comments, _FOR_COMMENTS)]
    return "\n".join(lines) + "\n"


def _section(summary: FileSummary, keys: Iterable[str]) -> list[str]:
    lines = [f"file = {_quoted(summary.path.name)}", 'markup = "html"  # or "plain"']
    used = set()
    for key in keys:
        column = guess_column(summary, key)
        if column and column not in used:
            used.add(column)
            lines += _key_lines(key, summary.columns[column], is_list=key == "body")
        elif key in _REQUIRED:
            lines.append(f"# TO CHECK: {key} = the column with it")
    if "title" not in keys:
        lines = [line.replace("body = [", "body = ").replace('"]', '"') for line in lines]
    rest = [name for name in summary.columns if name not in used]
    return [*lines, f"# not read: {', '.join(rest)}"] if rest else lines


def _key_lines(key: str, column: ColumnSummary, *, is_list: bool) -> list[str]:
    name = _quoted(column.name)
    sample = f"  # {column.samples[0]}" if column.samples else "  # empty in this file"
    if key == "stance":
        codes = ", ".join(f"{_quoted(value)} = 0" for value in column.samples)
        return [
            "# TO CHECK: 1 is for, -1 against, 0 neutral",
            f"stance = {{ column = {name}, values = {{ {codes} }} }}",
        ]
    return [f"{key} = [{name}]{sample}" if is_list else f"{key} = {name}{sample}"]


def _quoted(text: str) -> str:
    """Return a text as a basic string of TOML."""
    return json.dumps(text, ensure_ascii=False)

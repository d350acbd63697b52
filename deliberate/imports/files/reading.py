"""Read the rows of a file by its ending, and find the files that a profile names."""

import fnmatch
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deliberate.decoding import UndecodableText, decoded
from deliberate.imports.files.json_rows import document_rows, line_rows
from deliberate.imports.files.packed import bare_name, opened
from deliberate.imports.files.spreadsheets import sheet_rows
from deliberate.imports.files.tables import table_rows
from deliberate.imports.source import Reject, Row, UnreadableSource

LINES = (".jsonl", ".ndjson")
DOCUMENTS = (".json",)
SHEETS = (".xlsx", ".ods")
TABLES = (".csv", ".tsv", ".txt", "")
ENDINGS = (".csv", ".tsv", *LINES, *DOCUMENTS, *SHEETS)


@dataclass(frozen=True)
class Layout:
    """How a file is read: separator, encoding, the list inside a JSON document, the sheet."""

    delimiter: str = ","
    encoding: str = ""
    rows: str = ""
    sheet: str = ""


def ending_of(path: Path) -> str:
    """Return the ending of a file in lower case, without that of gzip."""
    return Path(bare_name(path)).suffix


def has_header(path: Path) -> bool:
    """Return whether a file names its columns in its first line, unlike JSON."""
    return ending_of(path) not in (*LINES, *DOCUMENTS)


def read_rows(path: Path, layout: Layout, required: Collection[str]) -> Iterator[Row | Reject]:
    """Yield the rows of a file; raises UnreadableSource for the whole file."""
    with opened(path) as file:
        if ending_of(path) in SHEETS:
            yield from sheet_rows(path, file, layout.sheet or Path(path.stem).stem, required)
            return
        try:
            with decoded(file, layout.encoding) as text:
                yield from _text_rows(path, text, layout, required)
        except UndecodableText as error:
            raise UnreadableSource(_undecodable(path, error)) from error


def _text_rows(
    path: Path, text: TextIO, layout: Layout, required: Collection[str]
) -> Iterator[Row | Reject]:
    ending = ending_of(path)
    if ending in LINES:
        yield from line_rows(path.name, text)
    elif ending in DOCUMENTS:
        yield from document_rows(path.name, text, layout.rows)
    else:
        delimiter = "\t" if ending == ".tsv" else layout.delimiter
        yield from table_rows(path.name, text, delimiter, required)


def _undecodable(path: Path, error: UndecodableText) -> str:
    name = "UTF-8" if error.encoding.startswith("utf-8") else error.encoding
    advice = f"; it is probably {error.guess}: add --encoding {error.guess}" if error.guess else ""
    return f"{path}: line {error.line} is not {name}{advice}"


def find_files(path: Path, spec: str) -> list[Path]:
    """Return the files of a section: the path itself, or those in the folder that have its name.

    `spec` has names with stars, in order, with a bar between them: the first name that any file
    has counts. Capitals, the ending of another format and that of gzip make no difference.
    """
    if path.is_file():
        return [path]
    names = spec.split("|")
    for pattern in ("*", "*/**/*"):
        files = sorted(p for p in path.glob(pattern) if p.is_file() and p.name[0] not in "._")
        for is_named in (_is_named, _is_named_in_another_format):
            for name in names:
                if named := [p for p in files if is_named(p, name)]:
                    return _only_format(path, named)
    raise UnreadableSource(f"{path / names[0]}: No such file or directory")


def _is_named(path: Path, name: str) -> bool:
    return fnmatch.fnmatchcase(bare_name(path), name.lower())


def _is_named_in_another_format(path: Path, name: str) -> bool:
    stem = Path(name.lower()).stem
    return ending_of(path) in ENDINGS and fnmatch.fnmatchcase(Path(bare_name(path)).stem, stem)


def _only_format(folder: Path, files: list[Path]) -> list[Path]:
    if len({ending_of(path) for path in files}) > 1:
        names = ", ".join(path.name for path in files)
        raise UnreadableSource(f"{folder}: which of these is meant? {names}")
    return files

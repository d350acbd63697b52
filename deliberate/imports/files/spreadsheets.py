"""Rows of spreadsheets: XLSX by openpyxl, ODS by odfdo, both of an optional extra."""

import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import IO, Any

from deliberate.imports.files.packed import bare_name
from deliberate.imports.files.tables import check_header, reject_width
from deliberate.imports.source import Reject, Row, UnreadableSource

MAX_COLUMNS = 1000
MAX_ROWS = 1_048_576
"""Rows of a sheet in any office program."""
MAX_UNPACKED = 512 * 1024**2
"""Bytes of a workbook's parts: a spreadsheet is a ZIP, and a small one can hold a bomb."""

Cells = Sequence[Any]


def sheet_rows(
    path: Path, file: IO[bytes], sheet: str, required: Collection[str]
) -> Iterator[Row | Reject]:
    """Yield the rows of the sheet of this name, or of the only sheet; line 1 is the header."""
    _refuse_bomb(path, file)
    read = _xlsx_lines if bare_name(path).endswith(".xlsx") else _ods_lines
    try:
        yield from _rows_of_lines(path.name, read(path, file, sheet), required)
    except ImportError as error:
        raise UnreadableSource(
            f"{path}: spreadsheets need openpyxl and odfdo, which the extra texts installs"
        ) from error
    except UnreadableSource:
        raise
    except Exception as error:  # both libraries raise errors of every kind for broken files
        raise UnreadableSource(f"{path}: not a spreadsheet that can be read: {error}") from error


def _rows_of_lines(
    name: str, lines: Iterable[Sequence[Any]], required: Collection[str]
) -> Iterator[Row | Reject]:
    """Yield the rows below the first line that is not empty, which has the names of columns."""
    header: list[str] = []
    for number, cells in enumerate(lines, 1):
        values = _without_tail([cell_as_text(cell) for cell in cells[:MAX_COLUMNS]])
        if not header:
            header = check_header(name, values, required)
        elif len(values) > len(header):
            yield reject_width(name, number, values, header)
        elif values:
            filled = [*values, *[""] * (len(header) - len(values))]
            yield Row(name, number, dict(zip(header, filled, strict=True)))
    if not header:
        check_header(name, [], required)


def _refuse_bomb(path: Path, file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise UnreadableSource(f"{path}: not a spreadsheet, or an incomplete download") from error
    if size > MAX_UNPACKED:
        raise UnreadableSource(f"{path}: unpacks to more than {MAX_UNPACKED // 1024**2} MiB")
    file.seek(0)


def _choose(path: Path, names: Sequence[str], sheet: str) -> str:
    by_name = {name.casefold(): name for name in names}
    if sheet.casefold() in by_name:
        return by_name[sheet.casefold()]
    if len(names) == 1:
        return names[0]
    raise UnreadableSource(f"{path}: no sheet {sheet}; it has {', '.join(names)}")


def _xlsx_lines(path: Path, file: IO[bytes], sheet: str) -> Iterator[Cells]:
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    chosen = book[_choose(path, book.sheetnames, sheet)]
    yield from chosen.iter_rows(values_only=True)


def _ods_lines(path: Path, file: IO[bytes], sheet: str) -> Iterator[Cells]:
    import odfdo

    document = odfdo.Document(BytesIO(file.read()))
    tables = {str(table.name): table for table in document.body.tables}
    chosen = tables[_choose(path, list(tables), sheet)]
    total = 0
    for row in chosen.get_elements("descendant::table:table-row"):
        cells = _ods_cells(row)
        repeated = row.get_attribute_integer("table:number-rows-repeated") or 1
        total += repeated
        if cells and total > MAX_ROWS:
            raise UnreadableSource(f"{path}: more than {MAX_ROWS} rows")
        yield from repeat(cells, min(repeated, MAX_ROWS))


def _ods_cells(row: Any) -> list[Any]:
    """Return the values of a row; a small file can say that a cell is there a billion times."""
    values: list[Any] = []
    for cell in row.get_elements("table:table-cell|table:covered-table-cell"):
        if len(values) >= MAX_COLUMNS:
            break
        count = cell.get_attribute_integer("table:number-columns-repeated") or 1
        values += repeat(cell.get_value(), min(count, MAX_COLUMNS))
    while values and values[-1] in (None, ""):
        values.pop()
    return values


def _without_tail(values: list[str]) -> list[str]:
    while values and not values[-1]:
        values.pop()
    return values


def cell_as_text(value: Any) -> str:
    """Return the value of a cell as a CSV file of the same sheet would have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).strip()

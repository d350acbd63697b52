"""Where the files of a release are made: DuckDB on disk, in memory of a fixed size."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from deliberate.exports.columns import Column
from deliberate.exports.tables import FORMULA

TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "string": "VARCHAR",
    "datetime": "TIMESTAMP",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "json": "VARCHAR",
}
MEMORY = 80
"""Megabytes DuckDB may hold; what does not fit waits on disk."""
SHAPES = {
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
    ".parquet": "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480",
}
HOUR, EXACT = "%Y-%m-%dT%H:00:00Z", "%Y-%m-%dT%H:%M:%S.%fZ"
_SPOILT = "^[" + "".join(FORMULA).replace("-", r"\-") + "]"


class DuckDBWorkspace:
    """A passing database in a folder of its own; tables go in as batches, out as files."""

    def __init__(self, folder: Path, times: str = HOUR) -> None:
        self.folder = folder
        self.times = times
        self.con = duckdb.connect(str(folder / "bench.duckdb"))
        for setting in (
            f"memory_limit = '{MEMORY}MB'",
            "threads = 1",
            "enable_progress_bar = false",
            "TimeZone = 'UTC'",
        ):
            self.con.execute(f"SET {setting}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.con.close()

    @property
    def grain(self) -> str:
        """To what times are cut."""
        return "hour" if self.times == HOUR else "microsecond"

    def table(self, name: str, columns: Sequence[Column], batches: Iterable[Sequence[Any]]) -> None:
        """Make a table from batches of rows whose values stand in the order of its columns."""
        shape = ", ".join(f"{c.name} {TYPES[c.type]}" for c in columns)
        self.con.execute(f"CREATE OR REPLACE TABLE {name} ({shape})")
        for batch in batches:
            lists = zip(*batch, strict=True)
            given = {c.name: _array(v) for c, v in zip(columns, lists, strict=True)}
            self.con.register("given", given)
            casts = ", ".join(f"{c.name}::{TYPES[c.type]}" for c in columns)
            self.con.execute(f"INSERT INTO {name} SELECT {casts} FROM given")  # noqa: S608  # names of our own
            self.con.unregister("given")

    def make_room(self, names: int) -> None:
        """Hold so many names in memory: a join that waits on disk would lose the log's order."""
        self.con.execute(f"SET memory_limit = '{MEMORY + names // 2500}MB'")

    def view(self, name: str, select: str) -> None:
        """Give a statement a name."""
        self.con.execute(f"CREATE OR REPLACE VIEW {name} AS {select}")

    def rows(self, query: str, given: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time, through a cursor of their own."""
        with self.con.cursor() as cursor:
            cursor.execute(query, dict(given or {}))
            while batch := cursor.fetchmany(2000):
                yield from batch

    def one(self, query: str) -> Any:
        """The first value of a query."""
        return next(self.rows(query))[0]

    def write(self, file: Path, columns: Sequence[Column], source: str) -> int:
        """Write a relation as CSV, JSON lines or Parquet, by the file's ending; gives its rows.

        Times are cut as the tier has them; no cell of text in a CSV is a formula to a spreadsheet.
        """
        shape = {".csv": self._told, ".jsonl": self._as_json}.get(file.suffix, self._plain)
        select = ", ".join(f"{shape(c)} AS {c.name}" for c in columns)
        how = SHAPES[file.suffix]
        # Two writers of Parquet would hold twice as many row groups in memory; lines are small.
        self.con.execute(f"SET threads = {1 if file.suffix == '.parquet' else 2}")
        place = str(file).replace("'", "''")
        done = self.con.execute(f"COPY (SELECT {select} FROM {source}) TO '{place}' ({how})")  # noqa: S608  # names of our own
        return int(done.fetchall()[0][0])

    def _plain(self, column: Column) -> str:
        if column.type == "datetime" and self.times == HOUR:
            return f"date_trunc('hour', {column.name})"
        return column.name

    def _as_json(self, column: Column) -> str:
        if column.type == "datetime":
            return f"strftime({column.name}, '{self.times}')"
        return f"{column.name}::JSON" if column.type == "json" else column.name

    def _told(self, column: Column) -> str:
        name = column.name
        if column.type == "datetime":
            return f"strftime({name}, '{self.times}')"
        if column.type != "string" or column.codes:
            return name
        return f"CASE WHEN regexp_matches({name}, '{_SPOILT}') THEN '''' || {name} ELSE {name} END"


def _array(values: Sequence[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = [None if v is None else _text(v) for v in values]
    return array


def _text(value: Any) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else str(value)

"""Temporary DuckDB database in which the files of a release are made, in bounded memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from deliberate.exports.columns import Column
from deliberate.exports.csv_writer import FORMULA_PREFIXES

SQL_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "string": "VARCHAR",
    "datetime": "TIMESTAMP",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "json": "VARCHAR",
}
MEMORY_MB = 80
"""Memory limit of DuckDB; the rest spills to disk."""
COPY_OPTIONS = {
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
    ".parquet": "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480",
}
HOUR_FORMAT, EXACT_FORMAT = "%Y-%m-%dT%H:00:00Z", "%Y-%m-%dT%H:%M:%S.%fZ"
_FORMULA_PATTERN = "^[" + "".join(FORMULA_PREFIXES).replace("-", r"\-") + "]"


class DuckDBWorkspace:
    """A temporary database in a folder: tables are loaded in batches and written to files."""

    def __init__(self, folder: Path, time_format: str = HOUR_FORMAT) -> None:
        self.folder = folder
        self.time_format = time_format
        self.connection = duckdb.connect(str(folder / "workspace.duckdb"))
        for setting in (
            f"memory_limit = '{MEMORY_MB}MB'",
            "threads = 1",
            "enable_progress_bar = false",
            "TimeZone = 'UTC'",
        ):
            self.connection.execute(f"SET {setting}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    @property
    def time_precision(self) -> str:
        """Return the unit to which times are truncated."""
        return "hour" if self.time_format == HOUR_FORMAT else "microsecond"

    def create_table(
        self, name: str, columns: Sequence[Column], batches: Iterable[Sequence[Any]]
    ) -> None:
        """Create a table from batches of rows whose values follow the order of its columns."""
        definitions = ", ".join(f"{c.name} {SQL_TYPES[c.type]}" for c in columns)
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} ({definitions})")
        for batch in batches:
            values = zip(*batch, strict=True)
            arrays = {c.name: _array(v) for c, v in zip(columns, values, strict=True)}
            self.connection.register("batch", arrays)
            casts = ", ".join(f"{c.name}::{SQL_TYPES[c.type]}" for c in columns)
            self.connection.execute(f"INSERT INTO {name} SELECT {casts} FROM batch")  # noqa: S608  # constant names
            self.connection.unregister("batch")

    def raise_memory_limit(self, pseudonyms: int) -> None:
        """Raise the memory limit for a number of pseudonyms: a join on disk would lose the log
        order.
        """
        self.connection.execute(f"SET memory_limit = '{MEMORY_MB + pseudonyms // 2500}MB'")

    def create_view(self, name: str, select: str) -> None:
        """Create a view of a select statement."""
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {select}")

    def rows(
        self, query: str, parameters: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query in batches, through a separate cursor."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, dict(parameters or {}))
            while batch := cursor.fetchmany(2000):
                yield from batch

    def scalar(self, query: str) -> Any:
        """Return the first value of a query."""
        return next(self.rows(query))[0]

    def write(self, file: Path, columns: Sequence[Column], source: str) -> int:
        """Write a relation as CSV, JSON lines or Parquet, by the file suffix, and return its rows.

        Times are truncated as the tier requires. Text that a spreadsheet would run as a formula is
        escaped in CSV.
        """
        expressions = {".csv": self._csv_expression, ".jsonl": self._json_expression}
        expression = expressions.get(file.suffix, self._parquet_expression)
        select = ", ".join(f"{expression(c)} AS {c.name}" for c in columns)
        options = COPY_OPTIONS[file.suffix]
        # Two Parquet writers would hold twice as many row groups in memory; text lines are small.
        self.connection.execute(f"SET threads = {1 if file.suffix == '.parquet' else 2}")
        path = str(file).replace("'", "''")
        copy = f"COPY (SELECT {select} FROM {source}) TO '{path}' ({options})"  # noqa: S608  # constant names
        return int(self.connection.execute(copy).fetchall()[0][0])

    def _parquet_expression(self, column: Column) -> str:
        if column.type == "datetime" and self.time_format == HOUR_FORMAT:
            return f"date_trunc('hour', {column.name})"
        return column.name

    def _json_expression(self, column: Column) -> str:
        if column.type == "datetime":
            return f"strftime({column.name}, '{self.time_format}')"
        return f"{column.name}::JSON" if column.type == "json" else column.name

    def _csv_expression(self, column: Column) -> str:
        name = column.name
        if column.type == "datetime":
            return f"strftime({name}, '{self.time_format}')"
        if column.type != "string" or column.codes:
            return name
        is_formula = f"regexp_matches({name}, '{_FORMULA_PATTERN}')"
        return f"CASE WHEN {is_formula} THEN '''' || {name} ELSE {name} END"


def _array(values: Sequence[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = [None if v is None else _text(v) for v in values]
    return array


def _text(value: object) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else str(value)

"""The interaction log as input of the scores: rows from a database, files or a test."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.reduction.facts import is_missing

Columns = Mapping[str, Any]

COLUMNS = {
    "seq": "BIGINT",
    "occurred_at": "TIMESTAMP",
    "kind": "VARCHAR",
    "actor_id": "VARCHAR",
    "actor_role": "VARCHAR",
    "account_class": "VARCHAR",
    "institution_id": "VARCHAR",
    "process_id": "VARCHAR",
    "proposal_id": "VARCHAR",
    "subject_type": "VARCHAR",
    "subject_id": "VARCHAR",
    "parent_id": "VARCHAR",
    "stance": "TINYINT",
    "origin": "VARCHAR",
    "cause": "VARCHAR",
    "details": "VARCHAR",
}
REQUIRED = ("seq", "occurred_at", "kind")
# Acts on accounts and people, read for every process whichever one their rows name.
KINDS_OF_EVERY_PROCESS = (
    "account.reclassified",
    "group.declared",
    "resident.verified",
    "verification.ended",
)
# Compared with constants only, so an empty string need not become NULL, and DuckDB can push the
# filter down into the file scan.
UNTRIMMED = ("kind", "process_id")


class UnreadableLog(ValueError):
    """Raised where the given rows or files are not an interaction log."""


@dataclass(frozen=True)
class Log:
    """Rows of one log, from files and batches of columns: `Log.from_files(…) + tail`.

    Each batch is read once and released, so memory is constant with a generator of batches; files
    are scanned in place. `seq` must be unique over all parts.
    """

    batches: tuple[Iterable[Columns], ...] = ()
    files: tuple[str, ...] = ()

    @classmethod
    def from_columns(cls, columns: Columns | Iterable[Columns]) -> Log:
        """Return a log of a dict of columns (numpy arrays or lists), or of an iterable of such
        batches.
        """
        return cls(batches=((columns,) if isinstance(columns, Mapping) else columns,))

    @classmethod
    def from_files(cls, *paths: str | Path) -> Log:
        """Return a log of Parquet or CSV files (segments, a release's events) or glob patterns."""
        return cls(files=tuple(str(path) for path in paths))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Log:
        """Return a log of rows as dicts; rows without `seq` are numbered in order."""
        numbered = [{"seq": seq, **row} for seq, row in enumerate(rows, 1)]
        return cls.from_columns({name: [row.get(name) for row in numbered] for name in COLUMNS})

    def __add__(self, other: Log) -> Log:
        return Log(self.batches + other.batches, self.files + other.files)

    def load(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create the relation `whole_log` on a connection; raises `UnreadableLog`."""
        parts = [_scan_file(con, path, index) for index, path in enumerate(self.files)]
        if self.batches or not parts:
            _load_batches(con, self.batches)
            parts.append("SELECT * FROM batches")
        con.execute("CREATE OR REPLACE VIEW whole_log AS " + " UNION ALL ".join(parts))


def parse_details(details: str | None, kind: str) -> dict[str, Any]:
    """Return the details of an act; raises `UnreadableLog` if they are not a JSON object."""
    try:
        values = json.loads(details or "{}")
    except ValueError as error:
        raise UnreadableLog(f"the details of a {kind} are not valid JSON") from error
    if not isinstance(values, dict):
        raise UnreadableLog(f"the details of a {kind} are not a JSON object")
    return values


def require_unique_seq(log: Log) -> None:
    """Raise `UnreadableLog` if two rows of a log of files have the same `seq`."""
    with duckdb.connect(":memory:") as con:
        log.load(con)
        twice = "SELECT seq FROM whole_log GROUP BY seq HAVING count(*) > 1 ORDER BY seq LIMIT 1"
        row = con.execute(twice).fetchone()
    if row:
        raise UnreadableLog(f"duplicate seq {row[0]} in the log")


def count_kinds(log: Log) -> dict[str, int]:
    """Return the number of acts of each kind in a log of files, including unscored kinds."""
    with duckdb.connect(":memory:") as con:
        log.load(con)
        counts = "SELECT kind, count(*) FROM whole_log GROUP BY kind ORDER BY kind"
        return {str(kind): int(count) for kind, count in con.execute(counts).fetchall()}


def _scan_file(con: duckdb.DuckDBPyConnection, path: str, index: int) -> str:
    reader = "read_csv(?, all_varchar = true)" if ".csv" in path else "read_parquet(?)"
    source = reader.replace("?", "'" + path.replace("'", "''") + "'")
    try:
        file_columns = {row[0]: row[1] for row in con.execute(f"DESCRIBE FROM {source}").fetchall()}
        select = f"SELECT {column_casts(file_columns)} FROM {source}"  # noqa: S608 (quoted above)
        if ".csv" not in path:
            return select
        # CSV is parsed once; Parquet is cheap to scan again.
        con.execute(f"CREATE OR REPLACE TEMP TABLE file_{index} AS {select}")
    except duckdb.Error as error:
        raise UnreadableLog(f"{path}: {str(error).splitlines()[0]}") from error
    return f"FROM file_{index}"


def column_casts(file_columns: Mapping[str, str]) -> str:
    """Return the SELECT list that casts the columns of a file to the types of the log."""
    missing = [name for name in REQUIRED if name not in file_columns]
    if missing:
        raise UnreadableLog(f"the log has no column {', '.join(missing)}")
    return ", ".join(
        f"{_cast(name, kind, file_columns[name])} AS {name}"
        if name in file_columns
        else f"NULL::{kind} AS {name}"
        for name, kind in COLUMNS.items()
    )


def _cast(name: str, kind: str, file_columns: str) -> str:
    if kind == "TIMESTAMP" and file_columns == "VARCHAR":
        return f"{name}::TIMESTAMPTZ::TIMESTAMP"
    if file_columns == kind == "VARCHAR":
        return name if name in UNTRIMMED else f"nullif({name}, '')"
    return f"{name}::{kind}"


def _load_batches(con: duckdb.DuckDBPyConnection, sources: tuple[Iterable[Columns], ...]) -> None:
    shape = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE batches ({shape})")
    for batch in (batch for source in sources for batch in source):
        arrays = {name: _array(name, column) for name, column in batch.items() if name in COLUMNS}
        con.register("batch", arrays)
        try:
            file_columns = {row[0]: row[1] for row in con.execute("DESCRIBE FROM batch").fetchall()}
            con.execute(f"INSERT INTO batches SELECT {column_casts(file_columns)} FROM batch")  # noqa: S608 (our own columns)
        except duckdb.Error as error:
            raise UnreadableLog(str(error)) from error
        finally:
            con.unregister("batch")


def _array(name: str, column: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    if isinstance(column, np.ndarray) and column.dtype.kind in "iuM":
        return column
    kind = COLUMNS[name]
    if kind == "VARCHAR":
        texts = [None if is_missing(item) else str(item) for item in column]
        return np.array(texts, dtype=object)
    if kind == "TIMESTAMP":
        return np.array([_instant(item) for item in column], dtype="datetime64[us]")
    return _whole_numbers(column)


def _whole_numbers(column: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Return a column of whole numbers, its missing values masked."""
    numbers = [None if is_missing(item) else int(item) for item in column]
    missing = [number is None for number in numbers]
    return np.ma.masked_array([number or 0 for number in numbers], mask=missing, dtype=np.int64)


def _instant(value: Any) -> np.datetime64:
    if value is None:
        return np.datetime64("NaT", "us")
    if isinstance(value, np.datetime64):
        return value
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")

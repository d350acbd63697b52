"""The interaction log as the scores read it: rows from a database, a file or a test."""

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

from deliberate.citivoice.facts import is_missing

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
NEEDED = ("seq", "occurred_at", "kind")
# Compared with words alone, so that an empty one need not become none: files are then read only
# where the word stands.
WORDS = ("kind", "process_id")


class UnreadableLog(ValueError):
    """The given rows or files are not an interaction log."""


@dataclass(frozen=True)
class Log:
    """Rows of one log, from files and batches of columns together: `Log.from_files(…) + tail`.

    A batch is read once and let go, so that a generator of batches keeps memory flat; files are
    scanned where they lie. `seq` must be unique over all parts.
    """

    batches: tuple[Iterable[Columns], ...] = ()
    files: tuple[str, ...] = ()

    @classmethod
    def from_columns(cls, columns: Columns | Iterable[Columns]) -> Log:
        """Take a dict of columns (numpy arrays or lists), or an iterable of such batches."""
        return cls(batches=((columns,) if isinstance(columns, Mapping) else columns,))

    @classmethod
    def from_files(cls, *paths: str | Path) -> Log:
        """Take Parquet or CSV files (segments, a release's events); glob patterns too."""
        return cls(files=tuple(str(path) for path in paths))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Log:
        """Take a few rows as dicts; rows without `seq` are numbered as they come."""
        listed = [{"seq": place, **row} for place, row in enumerate(rows, 1)]
        return cls.from_columns({name: [row.get(name) for row in listed] for name in COLUMNS})

    def __add__(self, other: Log) -> Log:
        return Log(self.batches + other.batches, self.files + other.files)

    def load(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make the relation `whole_log` in a connection; raises `UnreadableLog`."""
        parts = [_scan(con, path, place) for place, path in enumerate(self.files)]
        if self.batches or not parts:
            _fill(con, self.batches)
            parts.append("SELECT * FROM batches")
        con.execute("CREATE OR REPLACE VIEW whole_log AS " + " UNION ALL ".join(parts))


def said_in(details: str | None, kind: str) -> dict[str, Any]:
    """The details of an act of a kind; raises `UnreadableLog` if they are no JSON object."""
    try:
        said = json.loads(details or "{}")
    except ValueError as error:
        raise UnreadableLog(f"the details of a {kind} are no JSON") from error
    if not isinstance(said, dict):
        raise UnreadableLog(f"the details of a {kind} are no JSON object")
    return said


def refuse_twice(log: Log) -> None:
    """Make sure that no entry of a log of files has the number of another."""
    with duckdb.connect(":memory:") as con:
        log.load(con)
        twice = "SELECT seq FROM whole_log GROUP BY seq HAVING count(*) > 1 ORDER BY seq LIMIT 1"
        found = con.execute(twice).fetchone()
    if found:
        raise UnreadableLog(f"entry {found[0]} stands in the log twice")


def kinds_in(log: Log) -> dict[str, int]:
    """How many acts of each kind a log of files holds, those too that no formula reads."""
    with duckdb.connect(":memory:") as con:
        log.load(con)
        counts = "SELECT kind, count(*) FROM whole_log GROUP BY kind ORDER BY kind"
        return {str(kind): int(number) for kind, number in con.execute(counts).fetchall()}


def _scan(con: duckdb.DuckDBPyConnection, path: str, place: int) -> str:
    reader = "read_csv(?, all_varchar = true)" if ".csv" in path else "read_parquet(?)"
    source = reader.replace("?", "'" + path.replace("'", "''") + "'")
    try:
        found = {row[0]: row[1] for row in con.execute(f"DESCRIBE FROM {source}").fetchall()}
        select = f"SELECT {casts(found)} FROM {source}"  # noqa: S608 (quoted above)
        if ".csv" not in path:
            return select
        # Text is parsed once; Parquet is cheap to scan again.
        con.execute(f"CREATE OR REPLACE TEMP TABLE file_{place} AS {select}")
    except duckdb.Error as error:
        raise UnreadableLog(f"{path}: {str(error).splitlines()[0]}") from error
    return f"FROM file_{place}"


def casts(found: Mapping[str, str]) -> str:
    """The columns of a log out of what a file has: text becomes what it should be."""
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise UnreadableLog(f"the log has no column {', '.join(missing)}")
    return ", ".join(
        f"{_cast(name, kind, found[name])} AS {name}"
        if name in found
        else f"NULL::{kind} AS {name}"
        for name, kind in COLUMNS.items()
    )


def _cast(name: str, kind: str, found: str) -> str:
    if kind == "TIMESTAMP" and found == "VARCHAR":
        return f"{name}::TIMESTAMPTZ::TIMESTAMP"
    if found == kind == "VARCHAR":
        return name if name in WORDS else f"nullif({name}, '')"
    return f"{name}::{kind}"


def _fill(con: duckdb.DuckDBPyConnection, sources: tuple[Iterable[Columns], ...]) -> None:
    shape = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE batches ({shape})")
    for batch in (batch for source in sources for batch in source):
        arrays = {name: _array(name, column) for name, column in batch.items() if name in COLUMNS}
        con.register("batch", arrays)
        try:
            found = {row[0]: row[1] for row in con.execute("DESCRIBE FROM batch").fetchall()}
            con.execute(f"INSERT INTO batches SELECT {casts(found)} FROM batch")  # noqa: S608
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

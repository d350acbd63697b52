"""Raw rows of the log by position, and their conversion to arrays."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from deliberate.models.log.detached import read_raw_rows
from deliberate.sealing.leaf_hashes import COLUMNS, RawRow, iso_timestamp

ROWS_PER_QUERY = 1024
"""Rows read at a time: so few stay in the processor's cache until they are hashed."""
INTEGER_COLUMNS = frozenset(
    ["seq", "institution_id", "process_id", "proposal_id", "subject_id", "parent_id", "stance"]
)
Array = NDArray[Any]  # integers or objects
_POSTGRES_TIME = "to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"


def raw_columns(dialect: str) -> str:
    """Return the columns of a raw row after `seq`, as SQL: times are texts as in SQLite."""
    columns = ", ".join(COLUMNS[1:])
    if dialect == "sqlite":
        return columns
    return columns.replace("occurred_at", _POSTGRES_TIME)


_SQLITE_SEALED = (
    f"SELECT seq, {raw_columns('sqlite')} FROM position"  # noqa: S608  # constant names
    " JOIN interaction ON interaction.id = position.entry"
    " WHERE seq >= :first AND seq < :stop ORDER BY seq"
)
_POSTGRES_SEALED = (
    "WITH span AS MATERIALIZED"  # noqa: S608  # constant names
    " (SELECT seq, entry FROM position WHERE seq >= :first AND seq < :stop)"
    f" SELECT seq, {raw_columns('postgresql')} FROM span"
    " JOIN interaction ON interaction.id = span.entry WHERE interaction.id"
    " BETWEEN (SELECT min(entry) FROM span) AND (SELECT max(entry) FROM span) ORDER BY seq"
)
"""Ids and positions have nearly the same order. Without the bounds PostgreSQL scans the table."""
_SEALED = {"sqlite": text(_SQLITE_SEALED), "postgresql": text(_POSTGRES_SEALED)}


def sealed_rows(
    connection: Connection, first: int, stop: int, log_path: Path | None = None
) -> Iterator[Sequence[RawRow]]:
    """Yield the raw rows of a range of positions, in order, some thousands at a time.

    With `log_path` those that left the table with their month are read from their segment.
    """
    query = _SEALED[connection.dialect.name]
    for start in range(first, stop, ROWS_PER_QUERY):
        span = {"first": start, "stop": min(start + ROWS_PER_QUERY, stop)}
        rows: Sequence[RawRow] = connection.execute(query, span).cursor.fetchall()
        if log_path is not None and len(rows) < span["stop"] - start:
            rows = _with_detached_rows(connection, rows, span, log_path)
        yield rows


def _with_detached_rows(
    connection: Connection, rows: Sequence[RawRow], span: dict[str, int], log_path: Path
) -> Sequence[RawRow]:
    detached = read_raw_rows(
        connection, log_path, "seq >= $first AND seq < $stop", span, columns=COLUMNS
    )
    at = COLUMNS.index("occurred_at")
    present = {row[0] for row in rows}
    added = [
        (*row[:at], row[at].isoformat(" ", "microseconds"), *row[at + 1 :])
        for row in detached
        if row[0] not in present
    ]
    return sorted([*map(tuple, rows), *added], key=lambda row: row[0]) if added else rows


def unsealed_rows(connection: Connection) -> Sequence[RawRow]:
    """Return the raw rows without a position."""
    query = text(
        f"SELECT NULL AS seq, {raw_columns(connection.dialect.name)} FROM interaction"  # noqa: S608  # constant names
        " WHERE NOT EXISTS (SELECT 1 FROM position WHERE entry = interaction.id)"
    )
    rows: Sequence[RawRow] = connection.execute(query).cursor.fetchall()
    return rows


def column_arrays(rows: Iterable[RawRow]) -> dict[str, Array]:
    """Return raw rows as arrays that DuckDB reads; times are ISO texts without a zone."""
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return {name: _array(name, values) for name, values in zip(COLUMNS, columns, strict=True)}


def _array(name: str, values: RawRow) -> Array:
    if name in INTEGER_COLUMNS:
        is_null = [value is None for value in values]
        return np.ma.masked_array([value or 0 for value in values], mask=is_null, dtype=np.int64)
    if name == "occurred_at":
        values = tuple(iso_timestamp(value)[:-1] for value in values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

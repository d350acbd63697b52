"""Raw rows of the log by position, and their conversion to arrays."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from deliberate.models.log.detached import read_raw_rows
from deliberate.sealing.leaf_hashes import COLUMNS, RawRow, iso_timestamp

ROWS_PER_QUERY = 8192
INTEGER_COLUMNS = frozenset(
    ["seq", "institution_id", "process_id", "proposal_id", "subject_id", "parent_id", "stance"]
)
Array = NDArray[Any]  # integers or objects
_SELECT = (
    f"SELECT {', '.join(COLUMNS)} FROM position JOIN interaction ON interaction.id = position.entry"  # noqa: S608  # constant names
)
_SEALED = text(f"{_SELECT} WHERE seq >= :first AND seq < :stop ORDER BY seq")
_UNSEALED = text(
    f"SELECT NULL AS seq, {', '.join(COLUMNS[1:])} FROM interaction"  # noqa: S608  # constant names
    " WHERE NOT EXISTS (SELECT 1 FROM position WHERE entry = interaction.id)"
)


def sealed_rows(
    connection: Connection, first: int, stop: int, log_path: Path | None = None
) -> Iterator[Sequence[RawRow]]:
    """Yield the raw rows of a range of positions, in order, some thousands at a time.

    With `log_path` those that left the table with their month are read from their segment.
    """
    for start in range(first, stop, ROWS_PER_QUERY):
        span = {"first": start, "stop": min(start + ROWS_PER_QUERY, stop)}
        rows: Sequence[RawRow] = connection.execute(_SEALED, span).cursor.fetchall()
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
        (*row[:at], row[at].replace(tzinfo=UTC), *row[at + 1 :])
        for row in detached
        if row[0] not in present
    ]
    return sorted([*map(tuple, rows), *added], key=lambda row: row[0]) if added else rows


def unsealed_rows(connection: Connection) -> Sequence[RawRow]:
    """Return the raw rows without a position."""
    rows: Sequence[RawRow] = connection.execute(_UNSEALED).cursor.fetchall()
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

"""Sealed rows as the database keeps them: raw, by their numbers, or as columns."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from deliberate.sealing.leaves import COLUMNS, moment_text

ROWS_AT_ONCE = 8192
NUMBERS = frozenset(
    ["seq", "institution_id", "process_id", "proposal_id", "subject_id", "parent_id", "stance"]
)
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM interaction"  # noqa: S608  # names of our own
_SEALED = text(f"{_SELECT} WHERE seq >= :first AND seq < :stop ORDER BY seq")
_WAITING = text(f"{_SELECT} WHERE seq IS NULL")


def sealed_rows(connection: Connection, first: int, stop: int) -> Iterator[Sequence[Any]]:
    """Rows with COLUMNS whose numbers lie in a range, in order, some thousands at a time."""
    for start in range(first, stop, ROWS_AT_ONCE):
        span = {"first": start, "stop": min(start + ROWS_AT_ONCE, stop)}
        yield connection.execute(_SEALED, span).cursor.fetchall()


def waiting_rows(connection: Connection) -> Sequence[Any]:
    """Rows with COLUMNS that have no number yet."""
    return connection.execute(_WAITING).cursor.fetchall()


def as_columns(rows: Iterable[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    """Rows with COLUMNS as arrays DuckDB reads; moments as ISO text without a zone."""
    lists = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return {name: _array(name, values) for name, values in zip(COLUMNS, lists, strict=True)}


def _array(name: str, values: tuple[Any, ...]) -> NDArray[Any]:
    if name in NUMBERS:
        hidden = [value is None for value in values]
        return np.ma.masked_array([value or 0 for value in values], mask=hidden, dtype=np.int64)
    if name == "occurred_at":
        values = tuple(moment_text(value)[:-1] for value in values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

"""Inserts of many rows into one table, whose statement is compiled once for all batches.

SQLAlchemy builds the parameters of each row anew. Here a whole column is converted at a time, with
the types and the defaults of the model.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnDefault, Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

Rows = Sequence[Mapping[str, Any]]  # columns have values of many types
Convert = Callable[[Any], Any]


def insert_rows(session: Session, table: Table, rows: Rows) -> None:
    """Insert rows in one statement; all must have the columns of the first."""
    if rows:
        dialect = session.get_bind().dialect
        _table_insert(table, frozenset(rows[0]), dialect).execute(session, rows)


class TableInsert:
    """The statement that inserts rows with the same columns, as a driver takes it."""

    def __init__(self, table: Table, given: frozenset[str], dialect: Dialect) -> None:
        self._defaults = {
            column.name: column.default.arg
            for column in table.columns
            if isinstance(column.default, ColumnDefault) and column.name not in given
        }
        names = [c.name for c in table.columns if c.name in given or c.name in self._defaults]
        # inline: no RETURNING, whose rows nobody reads
        compiled = insert(table).inline().compile(dialect=dialect, column_keys=names)
        self._sql, self._is_positional = str(compiled), bool(compiled.positional)
        self._names = list(compiled.positiontup or names)
        self._converters = {name: _converter(table.c[name], dialect) for name in names}

    def execute(self, session: Session, rows: Rows) -> None:
        """Insert rows; each has the columns that the statement was made for."""
        columns = (self._column(name, rows) for name in self._names)
        values: list[Any] = list(zip(*columns, strict=True))
        if not self._is_positional:
            values = [dict(zip(self._names, row, strict=True)) for row in values]
        session.connection().exec_driver_sql(self._sql, values)

    def _column(self, name: str, rows: Rows) -> list[Any]:
        """Return the values of a column as the driver takes them."""
        values, convert = self._values(name, rows), self._converters[name]
        return values if convert is None else [convert(value) for value in values]

    def _values(self, name: str, rows: Rows) -> list[Any]:
        if name not in self._defaults:
            return [row[name] for row in rows]
        default = self._defaults[name]
        # SQLAlchemy gives every function that makes a default a parameter for its context.
        return [default(None) if callable(default) else default for _ in rows]


_table_insert = lru_cache(maxsize=64)(TableInsert)


def _converter(column: Column[Any], dialect: Dialect) -> Convert | None:
    """Return what makes a value of a column one of the driver; None where nothing has to be."""
    convert: Convert | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return convert

"""Keyset pagination: the rows after a given row, found by an index range, never by an offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, select, true, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[Any]  # sort columns have different types
Limit = int | BindParameter[int]
Value = Any  # a value of the sort column, or an SQL expression for it


def is_beyond(
    columns: Sequence[Column], last: Sequence[Value] | None, *, ascending: bool = True
) -> ColumnElement[bool]:
    """Return the condition of the rows after one in an order; of all rows if that is None.

    `columns` are those that the rows are ordered by, `last` their values in the last row shown.
    """
    if last is None:
        return true()
    position, end = tuple_(*columns), tuple_(*last)
    condition: ColumnElement[bool] = position > end if ascending else position < end
    return condition


@dataclass(frozen=True)
class KeysetOrder:
    """The order of a list: by a column and then by id, or by id alone."""

    id_column: Column
    column: Column | None = None
    ascending: bool = False

    @property
    def sort_column(self) -> Column:
        """Return the column that the list is sorted by."""
        return self.id_column if self.column is None else self.column

    def first_rows(self, query: Select[int], limit: Limit) -> Select[int, Value]:
        """Return a query for id and sort value of the first rows."""
        keys = (self.sort_column, self.id_column)
        return (
            query.with_only_columns(self.id_column.label("id"), self.sort_column.label("value"))
            .order_by(*(key.asc() if self.ascending else key.desc() for key in keys))
            .limit(limit)
        )

    def rows_after(
        self,
        query: Select[int],
        limit: Limit,
        *,
        value: Value,
        last: Value,
        inclusive: bool = False,
    ) -> Select[int, Value]:
        """Return a query for id and sort value of the rows after the row with id `last`.

        `value` is the sort value of that row; `inclusive` includes the row itself. Rows with the
        same value and rows beyond it are two index ranges: SQLite compares row values by their
        first column only and would read all rows with the same value.
        """
        by_id = self._at_or_beyond(last) if inclusive else self._beyond(self.id_column, last)
        if self.column is None:
            return self.first_rows(query.where(by_id), limit)
        same = self.first_rows(query.where(self.column == value, by_id), limit).subquery()
        beyond = self.first_rows(query.where(self._beyond(self.column, value)), limit).subquery()
        both = union_all(select(same), select(beyond)).subquery()
        keys = (both.c.value, both.c.id)
        return (
            select(both.c.id, both.c.value)
            .order_by(*(key.asc() if self.ascending else key.desc() for key in keys))
            .limit(limit)
        )

    def _beyond(self, column: Column, value: Value) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = column > value if self.ascending else column < value
        return condition

    def _at_or_beyond(self, row_id: Value) -> ColumnElement[bool]:
        column = self.id_column
        condition: ColumnElement[bool] = column >= row_id if self.ascending else column <= row_id
        return condition

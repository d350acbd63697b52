"""The rows of a long list from one row on, found by an index and never by counting through it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Sorting:
    """A list's order: by a column, and by number where it is equal; by number alone without one."""

    number: Column
    column: Column | None = None
    rising: bool = False

    def first(self, found: Select[int], limit: int) -> Select[int, Any]:
        """Number and value of the first rows."""
        value = self.value
        keys = (value, self.number)
        return (
            found.with_only_columns(self.number.label("id"), value.label("value"))
            .order_by(*(key.asc() if self.rising else key.desc() for key in keys))
            .limit(limit)
        )

    def following(
        self, found: Select[int], limit: int, *, value: Any, last: Any, included: bool = False
    ) -> Select[int, Any]:
        """Number and value of the rows after the row `last`, which has `value`; or from it on.

        Rows of the same value and those beyond are read as two ranges: SQLite compares pairs by
        their first half alone, and would read all rows of the same value to find a few.
        """
        here = self._at_or_beyond(last) if included else self._beyond(self.number, last)
        if self.column is None:
            return self.first(found.where(here), limit)
        same = self.first(found.where(self.column == value, here), limit).subquery()
        other = self.first(found.where(self._beyond(self.column, value)), limit).subquery()
        both = union_all(select(same), select(other)).subquery()
        keys = (both.c.value, both.c.id)
        return (
            select(both.c.id, both.c.value)
            .order_by(*(key.asc() if self.rising else key.desc() for key in keys))
            .limit(limit)
        )

    @property
    def value(self) -> Column:
        """What the list is sorted by."""
        return self.number if self.column is None else self.column

    def _beyond(self, column: Column, value: Any) -> ColumnElement[bool]:
        here: ColumnElement[bool] = column > value if self.rising else column < value
        return here

    def _at_or_beyond(self, number: Any) -> ColumnElement[bool]:
        here: ColumnElement[bool] = self.number >= number if self.rising else self.number <= number
        return here

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

    def first(self, found: Select[int], limit: int) -> Select[int]:
        """The numbers of the first rows."""
        keys = [self.number] if self.column is None else [self.column, self.number]
        return found.order_by(*(key.asc() if self.rising else key.desc() for key in keys)).limit(
            limit
        )

    def following(
        self, found: Select[int], limit: int, *, value: Any, last: Any, included: bool = False
    ) -> Select[int]:
        """The numbers of the rows after the row `last`, whose column holds `value`; or from it on.

        Rows of the same value and those beyond are read as two ranges: SQLite compares pairs by
        their first half alone, and would read all rows of the same value to find a few.
        """
        by_number = Sorting(self.number, rising=self.rising)
        here = self._at_or_beyond(last) if included else self._beyond(self.number, last)
        if self.column is None:
            return by_number.first(found.where(here), limit)
        same = by_number.first(found.where(self.column == value, here), limit)
        other = self.first(found.where(self._beyond(self.column, value)), limit)
        both = union_all(self._ranked(same), self._ranked(other)).subquery()
        keys = (both.c.value, both.c.id)
        return (
            select(both.c.id)
            .order_by(*(key.asc() if self.rising else key.desc() for key in keys))
            .limit(limit)
        )

    def _ranked(self, part: Select[int]) -> Select[int, Any]:
        rows = part.with_only_columns(self.number.label("id"), self._value().label("value"))
        ranked = rows.subquery()
        return select(ranked.c.id, ranked.c.value)

    def _value(self) -> Column:
        return self.number if self.column is None else self.column

    def _beyond(self, column: Column, value: Any) -> ColumnElement[bool]:
        here: ColumnElement[bool] = column > value if self.rising else column < value
        return here

    def _at_or_beyond(self, number: Any) -> ColumnElement[bool]:
        here: ColumnElement[bool] = self.number >= number if self.rising else self.number <= number
        return here

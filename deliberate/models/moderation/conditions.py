"""Conditions on a row, a reader and the present moment, written once for SQL and for Python.

A condition is a value: `IsNull("hidden_since") | Passed("held_until")`. `of` compiles it to a
column expression for a query, `holds` evaluates it on a loaded row, from the same definition.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, true

from deliberate.clock import now
from deliberate.database import UtcDateTime


class Reader(Protocol):
    """What a condition needs of the person who reads."""

    id: Any  # a plain value on a row, an instrumented attribute on its class
    role: Any


class Condition(ABC):
    """A condition that a query and a loaded row can be tested with."""

    @abstractmethod
    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return the condition on a model or an alias, as `reader` sees it; None for a stranger."""

    @abstractmethod
    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether a row fulfils the condition now, as `reader` sees it."""

    def __and__(self, other: "Condition") -> "Condition":
        return AllOf((self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return AnyOf((self, other))


@dataclass(frozen=True)
class AllOf(Condition):
    """All of some conditions."""

    conditions: tuple[Condition, ...]

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return the conjunction."""
        return and_(*(condition.of(model, reader) for condition in self.conditions))

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether every condition holds."""
        return all(condition.holds(row, reader) for condition in self.conditions)


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one of some conditions."""

    conditions: tuple[Condition, ...]

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return the disjunction."""
        return or_(*(condition.of(model, reader) for condition in self.conditions))

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether one condition holds."""
        return any(condition.holds(row, reader) for condition in self.conditions)


@dataclass(frozen=True)
class Always(Condition):
    """Fulfilled by every row."""

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return true."""
        return true()

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return True."""
        return True


@dataclass(frozen=True)
class IsNull(Condition):
    """A column without a value."""

    column: str

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return `column IS NULL`."""
        condition: ColumnElement[bool] = getattr(model, self.column).is_(None)
        return condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the column has no value."""
        return getattr(row, self.column) is None


@dataclass(frozen=True)
class NotNull(Condition):
    """A column with a value."""

    column: str

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return `column IS NOT NULL`."""
        condition: ColumnElement[bool] = getattr(model, self.column).is_not(None)
        return condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the column has a value."""
        return getattr(row, self.column) is not None


@dataclass(frozen=True)
class Equals(Condition):
    """A column with a given value."""

    column: str
    value: object

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return `column = value`."""
        condition: ColumnElement[bool] = getattr(model, self.column) == self.value
        return condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the column has the value."""
        return bool(getattr(row, self.column) == self.value)


def this_moment() -> ColumnElement[datetime]:
    """Return the present moment, read each time the statement is executed."""
    return bindparam("this_moment", callable_=now, type_=UtcDateTime, unique=True)


@dataclass(frozen=True)
class Passed(Condition):
    """A moment that is set and has passed."""

    column: str

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return `column <= now`."""
        condition: ColumnElement[bool] = getattr(model, self.column) <= this_moment()
        return condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the moment has passed."""
        moment = getattr(row, self.column)
        return moment is not None and bool(moment <= now())


@dataclass(frozen=True)
class Ahead(Condition):
    """A moment that is set and still to come."""

    column: str

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return `column > now`."""
        condition: ColumnElement[bool] = getattr(model, self.column) > this_moment()
        return condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the moment is still to come."""
        moment = getattr(row, self.column)
        return moment is not None and bool(moment > now())


@dataclass(frozen=True)
class IsReader(Condition):
    """A column with the id of the reader."""

    column: str

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return `column = id of the reader`, false for a stranger."""
        if reader is None:
            return false()
        condition: ColumnElement[bool] = getattr(model, self.column) == reader.id
        return condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the column has the reader's id."""
        return reader is not None and bool(getattr(row, self.column) == reader.id)


@dataclass(frozen=True)
class IsAuthor(IsReader):
    """A column with the id of the reader, or a reader who is a co-author of the row."""

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return whether the reader is the author, or one of the co-authors where there are any."""
        is_first = super().of(model, reader)
        if reader is None or not hasattr(model, "coauthors"):
            return is_first
        is_other = model.coauthors.any(person_id=reader.id)
        return or_(is_first, and_(model.coauthor_count > 0, is_other))

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the reader is one of the authors."""
        if super().holds(row, reader):
            return True
        others = row.coauthors if getattr(row, "coauthor_count", 0) else ()
        return reader is not None and any(other.person_id == reader.id for other in others)


@dataclass(frozen=True)
class HasRole(Condition):
    """A reader with one of some roles, whatever the row."""

    roles: frozenset[str]

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return true or false."""
        return true() if self.holds(None, reader) else false()

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the reader has one of the roles."""
        return reader is not None and reader.role in self.roles


@dataclass(frozen=True)
class Through(Condition):
    """A condition on the row a relationship leads to; `if_none` decides where there is none."""

    relationship: str
    condition: Condition
    if_none: bool = False

    def of(self, model: Any, reader: Reader | None = None) -> ColumnElement[bool]:
        """Return a subquery on the related row."""
        relationship = getattr(model, self.relationship)
        related = self.condition.of(relationship.property.entity.class_, reader)
        condition: ColumnElement[bool] = relationship.has(related)
        return or_(~relationship.has(), condition) if self.if_none else condition

    def holds(self, row: Any, reader: Reader | None = None) -> bool:
        """Return whether the condition holds for the related row."""
        related = getattr(row, self.relationship)
        return self.if_none if related is None else self.condition.holds(related, reader)

"""Marks in the models: which columns are personal, whose, what erasure does, how long they stay.

A model has `personal_data = rows(...)` if its rows concern people, else `not_personal(...)`; a
column that differs from its table has `info=personal(...)`. Erasure, retention, the
download of one's own data and docs/privacy.md read these marks. A test fails for a column without.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

COUNTS = "counts and the shape of threads stay, without a person"
"""Why rows of supports, ratings, texts and votes remain after an erasure."""
OFFICIAL = "an act of an office or evaluator, part of the public record"
"""Why texts of institutions and evaluators remain when the account that wrote them is erased."""
ACCOUNTABILITY = "it must stay possible to check what was decided, without the texts"
"""Why rows of moderation and recovery remain after an erasure."""


class Category(StrEnum):
    """What a personal column contains."""

    IDENTITY = "identity"
    CONTACT = "contact"
    CREDENTIAL = "credential"
    WORDS = "words"
    ACT = "act"
    PREFERENCE = "preference"
    MODERATION = "moderation"
    TECHNICAL = "technical"


@dataclass(frozen=True)
class Retention:
    """A retention period that begins at a date column; rows without the date remain."""

    name: str
    begins: str
    period: timedelta

    def __str__(self) -> str:
        days = self.period.days
        return f"{days} day{'s' * (days != 1)} after {self.begins}" if days else f"at {self.begins}"


@dataclass(frozen=True)
class ColumnMark:
    """The mark of a personal column. `kept` is the reason why erasure leaves it as it is."""

    category: Category
    kept: str = ""
    owners: tuple[str, ...] = ()
    is_downloaded: bool = True
    retention: Retention | None = None


@dataclass(frozen=True)
class TableMarks:
    """The marks of a table: whose its rows are, and the columns that have no mark of their own.

    A path in `owners` leads to the id of a person: a column, or columns joined by dots through
    foreign keys. `subject` means the text named by subject_type and subject_id.
    """

    columns: frozenset[str]
    name: str = ""
    label: str = ""
    owners: tuple[str, ...] = ()
    is_deleted: bool = False
    kept: str = ""
    hidden: frozenset[str] = frozenset()
    retention: Retention | None = None

    @property
    def is_personal(self) -> bool:
        """Return whether the rows concern people."""
        return bool(self.name)


def personal(
    category: Category,
    *,
    owner: str = "",
    kept: str = "",
    download: bool = True,
    retention: Retention | None = None,
) -> dict[str, object]:
    """Return the `info` of a personal column: erased with its owner unless `kept` gives a reason.

    `owner` gives paths (see TableMarks) where they differ from those of the table.
    """
    mark = ColumnMark(category, kept, tuple(owner.split()), download, retention)
    return {"personal": mark}


def rows(
    name: str,
    label: str,
    *,
    owner: str,
    columns: str = "",
    kept: str = "",
    hidden: str = "",
    retention: Retention | None = None,
) -> TableMarks:
    """Return the marks of a table whose rows concern people.

    Erasure deletes the rows unless `kept` gives a reason; the other `columns` stay with them.
    `name` and `label` title the rows in the download, which omits the `hidden` columns.
    """
    return TableMarks(
        columns=frozenset(columns.split()) | frozenset(hidden.split()),
        name=name,
        label=label,
        owners=tuple(owner.split()),
        is_deleted=not kept,
        kept=kept,
        hidden=frozenset(hidden.split()),
        retention=retention,
    )


def not_personal(columns: str, *, retention: Retention | None = None) -> TableMarks:
    """Return the marks of a table without personal data, by naming its columns."""
    return TableMarks(frozenset(columns.split()), retention=retention)


def keep_for(days: int, begins: str, name: str) -> Retention:
    """Return the retention period of so many days after a date column."""
    return Retention(name, begins, timedelta(days=days))

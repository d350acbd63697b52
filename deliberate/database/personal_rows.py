"""Read the marks of personal data: the rows of a person, and the columns to erase or to export."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, false, or_, select

from deliberate.database.base import Base, TransientBase
from deliberate.database.columns import Json
from deliberate.database.personal_data import ColumnMark, Retention

Model = type[Base] | type[TransientBase]


def list_models(base: type[Base] | type[TransientBase]) -> list[Model]:
    """Return the models of a store, the tables that others refer to first."""
    by_table = {mapper.local_table: mapper.class_ for mapper in base.registry.mappers}
    return [by_table[table] for table in base.metadata.sorted_tables if table in by_table]


def column_mark(column: Column[Any]) -> ColumnMark | None:
    """Return the mark of a column, None if the mark of its table is enough."""
    mark = column.info.get("personal")
    return mark if isinstance(mark, ColumnMark) else None


def marked_columns(model: Model) -> list[tuple[Column[Any], ColumnMark]]:
    """Return the columns of a model that have marks of their own."""
    marks = ((column, column_mark(column)) for column in _table(model).columns)
    return [(column, mark) for column, mark in marks if mark is not None]


def erased_columns(model: Model) -> dict[tuple[str, ...], list[Column[Any]]]:
    """Return the columns that erasure blanks in rows that stay, by the paths to their owners."""
    marks = model.personal_data
    columns: dict[tuple[str, ...], list[Column[Any]]] = {}
    for column, mark in marked_columns(model):
        if not marks.is_deleted and not mark.kept:
            columns.setdefault(mark.owners or marks.owners, []).append(column)
    return columns


def downloaded_columns(model: Model) -> list[Column[Any]]:
    """Return the columns that the download of one's own data contains."""
    hidden = model.personal_data.hidden
    hidden |= {column.name for column, mark in marked_columns(model) if not mark.is_downloaded}
    return [column for column in _table(model).columns if column.name not in hidden]


def blank(column: Column[Any]) -> Any:  # Any: a value of the column's type
    """Return the value of a column after its erasure: NULL, else its default, else empty."""
    if column.nullable:
        return None
    default = column.default
    if default is not None and default.is_scalar:
        return default.arg  # type: ignore[attr-defined]  # a scalar default has a value
    if isinstance(column.type, Json):
        return {} if default is None else default.arg(None)  # type: ignore[attr-defined]  # a default is a call or None
    return column.type.python_type()


def belongs_to(model: Model, person_id: int, owners: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition for rows of a model that one of the paths leads from to a person."""
    return or_(false(), *(_leads_to(_table(model), path.split("."), person_id) for path in owners))


def is_over(model: Model, retention: Retention, moment: datetime) -> ColumnElement[bool]:
    """Return the condition for rows of a model whose retention period is over at a moment."""
    return _table(model).c[retention.begins] < moment - retention.period


def _leads_to(table: Table, path: list[str], person_id: int) -> ColumnElement[bool]:
    first, *rest = path
    if first == "subject":
        return or_(*_subjects_of(table, rest, person_id))
    if not rest:
        return table.c[first] == person_id
    (key,) = table.c[first].foreign_keys
    owned = select(key.column).where(_leads_to(key.column.table, rest, person_id))
    return table.c[first].in_(owned)


def _subjects_of(table: Table, path: list[str], person_id: int) -> list[ColumnElement[bool]]:
    return [
        and_(
            table.c.subject_type == vars(model)["subject_type"],
            table.c.subject_id.in_(
                select(_table(model).c.id).where(_leads_to(_table(model), path, person_id))
            ),
        )
        for model in list_models(Base)
        if "subject_type" in vars(model)
        and isinstance(vars(model)["subject_type"], str)
        and path[0] in _table(model).c
    ]


def _table(model: Model) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table

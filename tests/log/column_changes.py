"""A change of each column of the tables that `log verify` compares, made from its type."""

from collections.abc import Iterator

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table

from deliberate.database import Json, UtcDateTime, db
from tests.log.bound_tables import UNBOUND_COLUMNS, not_compared

FAR = "2031-01-01"


def compared_tables() -> list[Table]:
    """Return the tables of which at least something is compared."""
    return [table for table in db.metadata.sorted_tables if table.name not in not_compared()]


def unbound_columns() -> dict[str, set[str]]:
    """Return the columns that are not compared, by table."""
    columns: dict[str, set[str]] = {}
    for groups in UNBOUND_COLUMNS.values():
        for table, names in groups.items():
            columns.setdefault(table, set()).update(names.split())
    return columns


def bound_columns() -> Iterator[Column[object]]:
    """Yield every column that is compared."""
    named = unbound_columns()
    for table in compared_tables():
        yield from (one for one in table.columns if one.name not in named.get(table.name, set()))


def change_of(column: Column[object]) -> str:
    """Return the statement that gives a column another value in every row."""
    return f"UPDATE {column.table.name} SET {column.name} = {_other_value(column)}"


def _other_value(column: Column[object]) -> str:
    name, kind = column.name, column.type
    if any(key.column.table.name == "person" for key in column.foreign_keys):
        return f"CASE WHEN {name} = 1 THEN 2 ELSE 1 END"  # people with keys
    if isinstance(kind, UtcDateTime):
        return _other_time(name, f"'{FAR} 00:00:00.000000'", is_nullable=bool(column.nullable))
    if isinstance(kind, Date):
        return _other_time(name, f"'{FAR}'", is_nullable=bool(column.nullable))
    if isinstance(kind, Json):
        return "'[]'"
    if isinstance(kind, Boolean):
        return f"NOT {name}"
    if isinstance(kind, LargeBinary):
        return "NULL"
    if isinstance(kind, Integer):
        return f"COALESCE({name}, 0) + 1000"
    return f"COALESCE({name}, '') || '7'"


def _other_time(name: str, time: str, *, is_nullable: bool) -> str:
    """Return another time; where it may be missing, a time if there is none, else none."""
    return f"CASE WHEN {name} IS NULL THEN {time} END" if is_nullable else time

"""Triggers, foreign keys and sequences of a database that is filled with rows of another.

Triggers refuse rows that are dated in the past and write rows of their own; foreign keys refuse a
row before the one that it names. Both are absent while rows are copied, in the same transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, select, text


@contextmanager
def without_triggers_and_keys(connection: Connection) -> Iterator[None]:
    """Run the body without triggers and foreign keys, which are checked again at its end."""
    is_sqlite = connection.dialect.name == "sqlite"
    again = _remove_sqlite(connection) if is_sqlite else _remove_postgres(connection)
    yield
    for statement in again:
        connection.exec_driver_sql(statement)


def _remove_sqlite(connection: Connection) -> list[str]:
    """Drop the triggers and check keys at the commit; return the statements that create them."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
    ).all()
    for name, _definition in rows:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    return [str(definition) for _name, definition in rows]


_TRIGGERS = text(
    "SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled::text FROM pg_trigger"
    " WHERE NOT tgisinternal AND tgparentid = 0 AND tgenabled <> 'D'"
)
_KEYS = text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
    " AND connamespace = current_schema()::regnamespace"
)
_ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def _remove_postgres(connection: Connection) -> list[str]:
    """Disable the triggers and drop the keys; return the statements that undo it.

    The owner of the tables may do so; `session_replication_role` would want a superuser.
    """
    again = []
    for table, name, mode in connection.execute(_TRIGGERS).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        again.append(f"ALTER TABLE {table} {_ENABLE[mode]} TRIGGER {name}")
    for table, name, definition in connection.execute(_KEYS).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    return again


def last_given_ids(connection: Connection, tables: list[Table]) -> dict[str, int]:
    """Return the last id that a database gave in each table, also if its row is deleted."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {str(name): int(last) for name, last in rows}
    result = {}
    for table in tables:
        if sequence := _sequence(connection, table):
            state = f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608  # of the catalogue
            last, is_called = connection.execute(text(state)).one()
            result[table.name] = int(last) if is_called else 0
    return result


def continue_ids(
    connection: Connection, tables: list[Table], last_ids: dict[str, int], schema: str = ""
) -> None:
    """Let the database give ids above those of the source: an id is never given twice."""
    for table in tables:
        column = table.autoincrement_column
        if column is None:
            continue
        highest = connection.scalar(select(func.max(column))) or 0
        if last := max(highest, last_ids.get(table.name, 0)):
            _set_last_id(connection, table, last, schema)


def _set_last_id(connection: Connection, table: Table, last: int, schema: str) -> None:
    if connection.dialect.name == "sqlite":
        values = {"name": table.name, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), values)
    elif sequence := _sequence(connection, table, schema):
        connection.execute(
            text("SELECT setval(CAST(:sequence AS regclass), :last)"),
            {"sequence": sequence, "last": last},
        )


def _sequence(connection: Connection, table: Table, schema: str = "") -> str | None:
    """Return the sequence of a table's ids, None if its ids come from elsewhere."""
    column = table.autoincrement_column
    if column is None:
        return None
    prefix = f"{schema}." if schema else ""
    quoted = connection.dialect.identifier_preparer.quote(table.name)
    values = {"name": f"{prefix}{quoted}", "column": column.name}
    found: str | None = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, :column)"), values
    )
    return found

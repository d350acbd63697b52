"""Runs the migrations on the recorded store, on SQLite and PostgreSQL alike."""

from alembic import context
from sqlalchemy import text

from deliberate import models  # noqa: F401  # brings every table
from deliberate.database import (BigId, Json, Moment, db)
from deliberate.database.word_index import is_modelled

_LOCK = 0x64656C69


def render_item(kind, item, _autogen):
    """Write the house's own column types by the types the database knows."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Json):
        return "sa.Text()"
    if item is BigId:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def run() -> None:
    """Bring the schema to the newest revision; one process at a time."""
    engine = db.engine
    with engine.connect().execution_options(writing=True) as connection:
        _let_tables_be_rebuilt(connection, "OFF")
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            include_name=is_modelled,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        _let_tables_be_rebuilt(connection, "ON")


def _let_tables_be_rebuilt(connection, keys) -> None:
    """SQLite changes some columns by a copy of the table: its foreign keys look away meanwhile.

    They must be switched outside a transaction; afterwards nothing may point nowhere.
    """
    if connection.dialect.name != "sqlite":
        return
    raw = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA foreign_keys={keys}")
    if keys == "ON" and (lost := raw.execute("PRAGMA foreign_key_check").fetchall()):
        raise RuntimeError(f"rows that point nowhere after the migration: {lost[:5]}")


run()

"""Run the migrations of the recorded store on SQLite and PostgreSQL."""

from contextlib import contextmanager

from alembic import context
from sqlalchemy import text

from deliberate import models  # noqa: F401  # registers every table
from deliberate.database import BigId, Json, UtcDateTime, db
from deliberate.database.migration_filter import is_mapped

_ADVISORY_LOCK = 0x64656C69


def render_item(kind, item, _autogen):
    """Render the project's column types as plain SQLAlchemy types.

    A migration then does not change when the project's types do.
    """
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Json):
        return "sa.Text()"
    if item is BigId:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def run() -> None:
    """Run the migrations in one transaction, one process at a time."""
    with (
        db.engine.connect().execution_options(writing=True) as connection,
        _without_foreign_keys(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _ADVISORY_LOCK})
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            include_name=is_mapped,
        )
        with context.begin_transaction():
            context.run_migrations()
        _check_foreign_keys(connection)


@contextmanager
def _without_foreign_keys(connection):
    """Switch off the enforcement of foreign keys on SQLite; outside a transaction only.

    SQLite changes some columns by copying the table. With enforcement on, dropping the original
    would fail because of the rows that reference it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection) -> None:
    """Raise RuntimeError if a row references a missing row, so that nothing is committed."""
    if connection.dialect.name != "sqlite":
        return
    violations = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if violations:
        raise RuntimeError(f"foreign key violations after the migration: {violations[:5]}")


run()

"""Fixtures that return the application with empty databases, on SQLite and PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, TextClause, event, text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db
from tests import postgres


def skip_disk_flushes(app: Flask) -> None:
    """Let SQLite return before the disk has the data: a test's data need not survive a power cut.

    The tests of `tests/chaos` and of durability run the server as it is.
    """

    def turn_off(connection: Any, _entry: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    with app.app_context():
        for engine in (db.engine, app.extensions["transient"]):
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", turn_off)


def release_connections(app: Flask) -> None:
    """Close the database connections of an application."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def _settings(folder: Path, url: str = "") -> Settings:
    return Settings(
        mode="test",
        data_dir=str(folder),
        database_url=url,
        secret_key="test" * 10,
        signing_key="1" * 64,
    )


def _migrated_app(settings: Settings) -> Flask:
    app = create_app(settings)
    skip_disk_flushes(app)
    with app.app_context():
        upgrade()
    create_transient_tables(app)
    return app


@pytest.fixture(scope="session")
def make_sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Flask]:
    """Return a function that returns the app with its two SQLite files as migrated."""
    folder = tmp_path_factory.mktemp("sqlite")
    app = _migrated_app(_settings(folder))
    release_connections(app)
    names = ("deliberate.db", "transient.db")
    migrated_files = {name: (folder / name).read_bytes() for name in names}

    def reset() -> Flask:
        release_connections(app)
        for file in folder.iterdir():
            if file.is_file():
                file.unlink()
        shutil.rmtree(folder / "log", ignore_errors=True)
        for name, content in migrated_files.items():
            (folder / name).write_bytes(content)
        app.extensions["page_cache"].clear()
        return app

    return reset


ALL_TABLES = text(
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
    "WHERE schemaname IN ('public', 'transient') AND tablename <> 'alembic_version'"
)
RESTART_USED_SEQUENCES = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) "
    "FROM pg_sequences WHERE last_value IS NOT NULL"
)


def _empty_tables(connection: Connection, filled_tables: TextClause) -> None:
    """Delete the rows of the tables that have any: TRUNCATE of all takes twenty times as long."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers
    if filled := list(connection.scalars(filled_tables)):
        connection.execute(text("; ".join(f"DELETE FROM {table}" for table in filled)))
    connection.execute(RESTART_USED_SEQUENCES)


@contextmanager
def new_postgres_app(folder: Path) -> Iterator[Flask]:
    """Yield the app on a PostgreSQL database of its own, which is dropped afterwards."""
    if not os.environ.get("TEST_POSTGRES_URL"):
        pytest.skip("PostgreSQL: `make test` installs one, or set TEST_POSTGRES_URL")
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.execute_on_server(f"CREATE DATABASE {name}")
    app = _migrated_app(_settings(folder, postgres.database_url(name)))
    yield app
    release_connections(app)
    postgres.execute_on_server(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def make_postgres_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Flask]]:
    """Yield a function that returns the app on PostgreSQL with all tables empty."""
    with new_postgres_app(tmp_path_factory.mktemp("postgres")) as app:
        yield _function_that_empties(app)


def _function_that_empties(app: Flask) -> Callable[[], Flask]:
    with app.extensions["transient"].begin() as connection:
        tables = connection.scalars(ALL_TABLES)
        filled_tables = text(
            " UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables)
        )

    def reset() -> Flask:
        with app.extensions["transient"].begin() as connection:
            _empty_tables(connection, filled_tables)
        shutil.rmtree(app.config["SETTINGS"].log_path, ignore_errors=True)
        app.extensions["page_cache"].clear()
        return app

    return reset

"""Fixtures that return the application with empty databases, on SQLite and PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import TransientBase, create_transient_tables, db
from tests import postgres
from tests.live_server import release_connections


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
        return app

    return reset


@pytest.fixture(scope="session")
def make_postgres_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Flask]]:
    """Yield a function that returns the app on PostgreSQL with all tables empty."""
    if not os.environ.get("TEST_POSTGRES_URL"):
        pytest.skip("PostgreSQL: install Debian's postgresql, or set TEST_POSTGRES_URL")
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.execute_on_server(f"CREATE DATABASE {name}")
    app = _migrated_app(_settings(tmp_path_factory.mktemp("postgres"), postgres.database_url(name)))
    tables = [*db.metadata.tables, *(f"transient.{t}" for t in TransientBase.metadata.tables)]

    def reset() -> Flask:
        with app.extensions["transient"].begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        shutil.rmtree(app.config["SETTINGS"].log_path, ignore_errors=True)
        return app

    yield reset
    release_connections(app)
    postgres.execute_on_server(f"DROP DATABASE {name}")

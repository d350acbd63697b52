"""Empty houses for the tests: one on each database, as the migrations left it."""

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
from deliberate.database import TransientBase, db, make_transient
from tests import postgres
from tests.live_server import let_go


def _settings(folder: Path, url: str = "") -> Settings:
    return Settings(
        mode="test",
        data_dir=str(folder),
        database_url=url,
        secret_key="test" * 10,
        signing_key="1" * 64,
    )


def _migrated(settings: Settings) -> Flask:
    app = create_app(settings)
    with app.app_context():
        upgrade()
    make_transient(app)
    return app


@pytest.fixture(scope="session")
def sqlite_house(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Flask]:
    """Gives the app on SQLite, its two files as the migrations left them."""
    folder = tmp_path_factory.mktemp("house")
    app = _migrated(_settings(folder))
    let_go(app)
    names = ("deliberate.db", "transient.db")
    empty = {name: (folder / name).read_bytes() for name in names}

    def fresh() -> Flask:
        let_go(app)
        for file in folder.iterdir():
            if file.is_file():
                file.unlink()
        shutil.rmtree(folder / "log", ignore_errors=True)
        for name, content in empty.items():
            (folder / name).write_bytes(content)
        return app

    return fresh


@pytest.fixture(scope="session")
def postgres_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Flask]]:
    """Gives the app on PostgreSQL, every table empty."""
    if not os.environ.get("TEST_POSTGRES_URL"):
        pytest.skip("PostgreSQL: install Debian's postgresql, or set TEST_POSTGRES_URL")
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.on_server(f"CREATE DATABASE {name}")
    app = _migrated(_settings(tmp_path_factory.mktemp("house"), postgres.database(name)))
    tables = [*db.metadata.tables, *(f"transient.{t}" for t in TransientBase.metadata.tables)]

    def fresh() -> Flask:
        with app.extensions["transient"].begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        shutil.rmtree(app.config["SETTINGS"].log_path, ignore_errors=True)
        return app

    yield fresh
    let_go(app)
    postgres.on_server(f"DROP DATABASE {name}")

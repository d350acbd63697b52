"""A real house for every test: both databases, made by the migrations, empty each time."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import TransientBase, db, make_transient
from deliberate.models import Interaction
from deliberate.operations import people
from tests import postgres
from tests.closing import (
    pytest_collection_modifyitems,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from tests.live import city_folder, old_city, own_city

__all__ = [
    "city_folder",
    "old_city",
    "own_city",
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
]
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning in Nusantara, before any holiday of the tests."""


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for all workers, where there is any."""
    if hasattr(config, "workerinput") or os.environ.get("TEST_POSTGRES_URL"):
        return
    programs = postgres.binaries()
    if programs is not None:
        config.stash[SERVER] = postgres.Server(programs)
        os.environ["TEST_POSTGRES_URL"] = config.stash[SERVER].start()


SERVER: pytest.StashKey[postgres.Server] = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it again."""
    if SERVER in config.stash:
        config.stash[SERVER].stop()


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
    _let_go(app)
    names = ("deliberate.db", "transient.db")
    empty = {name: (folder / name).read_bytes() for name in names}

    def fresh() -> Flask:
        _let_go(app)
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
    _let_go(app)
    postgres.on_server(f"DROP DATABASE {name}")


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The app on an empty house, once for each engine."""
    house = "sqlite_house" if request.param == "sqlite" else "postgres_house"
    app: Flask = request.getfixturevalue(house)()
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(autouse=True, scope="session")
def _quick_passphrases() -> None:
    """Hash with the cheapest parameters, so that the city is built quickly."""
    people._HASHER = PasswordHasher.from_parameters(CHEAPEST)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands on a Monday morning until it is moved."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def log(app: Flask) -> Callable[[], list[Interaction]]:
    """The rows written since the last call, oldest first."""
    seen: set[str] = set()

    def read() -> list[Interaction]:
        db.session.rollback()
        rows = list(db.session.scalars(select(Interaction).order_by(Interaction.id)))
        new = [row for row in rows if row.id not in seen]
        seen.update(row.id for row in new)
        return new

    return read

"""Fixtures of all tests: the application on both databases, a clock, the log."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from hypothesis import settings
from sqlalchemy import select

from deliberate.database import columns, db
from deliberate.models import Interaction
from deliberate.operations.accounts import passphrases
from deliberate.queries.proposals.area_map import forget_area_map
from tests import postgres
from tests.databases import make_postgres_app, make_sqlite_app
from tests.live_server import chromium
from tests.pytest_hooks import (
    pytest_addoption,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_sessionfinish,
    pytest_terminal_summary,
    record_statements,
)
from tests.sample_city import city_copy, city_folder, shared_city

__all__ = [
    "chromium",
    "city_copy",
    "city_folder",
    "make_postgres_app",
    "make_sqlite_app",
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "shared_city",
]
# Tests measure behaviour, not speed: a busy machine must not fail a property.
settings.register_profile("deliberate", deadline=None)
settings.load_profile("deliberate")
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning in Nusantara, on a working day."""


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL server for all workers if it is installed."""
    record_statements(config)
    is_worker, is_quick = hasattr(config, "workerinput"), config.getoption("--part") == "quick"
    if is_worker or is_quick or os.environ.get("TEST_POSTGRES_URL"):
        return
    programs = postgres.find_binaries()
    if programs is not None:
        config.stash[SERVER] = postgres.PostgresServer(programs)
        os.environ["TEST_POSTGRES_URL"] = config.stash[SERVER].start()
        os.environ["PATH"] += os.pathsep + str(programs)  # backups run pg_dump


SERVER: pytest.StashKey[postgres.PostgresServer] = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL server."""
    if SERVER in config.stash:
        config.stash[SERVER].stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Yield the application with empty databases, once for each database engine."""
    # Ids only rise: those of a test whose clock was moved ahead would date all that follow.
    monkeypatch.setattr(columns, "_last_id", (0, 0))
    make_app = "make_sqlite_app" if request.param == "sqlite" else "make_postgres_app"
    app: Flask = request.getfixturevalue(make_app)()
    with app.app_context():
        forget_area_map()
        yield app
        db.session.remove()


@pytest.fixture
def published_few(app: Flask) -> Iterator[None]:
    """Publish the figures of secret polls with any number of ballots."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, min_cell=1)
    yield
    app.config["SETTINGS"] = settings


@pytest.fixture(autouse=True, scope="session")
def _cheap_passphrase_hashes() -> None:
    """Hash passphrases with the cheapest parameters."""
    passphrases._HASHER = PasswordHasher.from_parameters(CHEAPEST)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Yield a clock that is stopped on a Monday morning and can be moved."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def log(app: Flask) -> Callable[[], list[Interaction]]:
    """Return a function that returns the log rows since its last call, oldest first."""
    read_ids: set[str] = set()

    def read() -> list[Interaction]:
        db.session.rollback()
        rows = list(db.session.scalars(select(Interaction).order_by(Interaction.id)))
        new = [row for row in rows if row.id not in read_ids]
        read_ids.update(row.id for row in new)
        return new

    return read

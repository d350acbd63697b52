"""A real house for every test: both databases, made by the migrations, empty each time."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.operations.accounts import accounts as account_operations
from tests import postgres
from tests.databases import postgres_house, sqlite_house
from tests.live_server import chromium, city_folder, old_city, own_city
from tests.pytest_hooks import (
    pytest_collection_modifyitems,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

__all__ = [
    "chromium",
    "city_folder",
    "old_city",
    "own_city",
    "postgres_house",
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "sqlite_house",
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
    account_operations._HASHER = PasswordHasher.from_parameters(CHEAPEST)


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

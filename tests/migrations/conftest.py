"""Apps on databases without any schema, for tests that run migrations step by step."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db
from tests.postgres import database_url, execute_on_server


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Return an app on a database without tables, once for each engine."""
    if request.param == "sqlite":
        yield from _app(tmp_path, "")
        return
    if not os.environ.get("TEST_POSTGRES_URL"):
        pytest.skip("PostgreSQL: `make test` installs one, or set TEST_POSTGRES_URL")
    name = f"test_{uuid.uuid4().hex[:12]}"
    execute_on_server(f"CREATE DATABASE {name}")
    yield from _app(tmp_path, database_url(name))
    execute_on_server(f"DROP DATABASE {name}")


@pytest.fixture
def unmigrated_sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    """Return an app on a SQLite file without tables."""
    yield from _app(tmp_path, "")


def _app(folder: Path, url: str) -> Iterator[Flask]:
    app = create_app(
        Settings(mode="test", data_dir=str(folder), database_url=url, secret_key="t" * 40)
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()

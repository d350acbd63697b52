"""The sample city: built once for each state of the program, then copied for the tests.

The built city is kept in pytest's cache under the digest of everything it is made from, so a run
after a change of the program builds it again.
"""

import fcntl
import hashlib
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade

from deliberate import clock, create_app
from deliberate.config import Settings
from deliberate.database import create_transient_tables
from tests.databases import release_connections, skip_disk_flushes

ROOT = Path(__file__).parents[1]
SOURCES = ("deliberate", "migrations", "templates", "tests/sample_city.py")
CITY_NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
"""The Wednesday morning that is the present of the sample city in tests."""


class CityClock:
    """WSGI middleware whose clock starts at CITY_NOW and then runs on."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app, self.start = app, time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Handle one request at the time of the city's clock."""
        elapsed = timedelta(seconds=time.monotonic() - self.start)
        with clock.override_now(CITY_NOW + elapsed):
            return self.app(environ, start_response)


@pytest.fixture(scope="session")
def city_folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Yield this worker's folder with the sample city; tests copy it and never change it."""
    cache = getattr(request.config, "cache", None)
    cached = cache.mkdir("sample-city") if cache else tmp_path_factory.mktemp("cache")
    folder = tmp_path_factory.mktemp("city") / "built"
    with (cached / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.copytree(cached_city(cached), folder)
    yield folder


def cached_city(cached: Path) -> Path:
    """Return the city built from the present sources; delete those of other sources."""
    city = cached / digest_sources()
    if not city.exists():
        for outdated in cached.iterdir():
            if outdated.is_dir():
                shutil.rmtree(outdated)
        build_city(cached / "unfinished").rename(city)
    return city


def digest_sources() -> str:
    """Return a digest of the program, the texts of the city, and the installed packages."""
    packages = sorted(f"{package.name} {package.version}" for package in distributions())
    digest = hashlib.sha256("\n".join([sys.version, *packages]).encode())
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                content = file.read_bytes()
                digest.update(f"\n{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:32]


@pytest.fixture(scope="session")
def shared_city(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Open this worker's copy of the sample city, for tests that read it and begin drafts in it."""
    app = create_city_app(shutil.copytree(city_folder, tmp_path_factory.mktemp("city") / "city"))
    yield app
    release_connections(app)


@pytest.fixture
def city_copy(city_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """Open a copy of the sample city that one test may change."""
    app = create_city_app(shutil.copytree(city_folder, tmp_path / "city"))
    yield app
    release_connections(app)


def create_city_app(folder: Path) -> Flask:
    """Return the application of a folder in demo mode; its exceptions fail the test."""
    app = create_app(
        Settings(
            mode="demo",
            data_dir=str(folder),
            secret_key="test" * 10,
            signing_key="1" * 64,
            gateway_url="https://gateway.example/texts",
            gateway_secret="test" * 10,
        )
    )
    skip_disk_flushes(app)
    app.testing = True
    app.wsgi_app = CityClock(app.wsgi_app)  # type: ignore[method-assign]  # middleware
    return app


def build_city(folder: Path) -> Path:
    """Build the sample city in a new folder."""
    from deliberate.commands.demo_city import read_city, seed
    from deliberate.notifications.delivery import send_due
    from deliberate.notifications.fanout import fan_out
    from deliberate.operations.scores.stored_scores import store_all_scores
    from deliberate.sealing import seal_log

    app = create_city_app(folder)
    with app.app_context():
        upgrade()
        create_transient_tables(app)
        seed(read_city(), CITY_NOW)
        with clock.override_now(CITY_NOW):
            seal_log(app.config["SETTINGS"])
            store_all_scores()
            fan_out()
            send_due()  # marks the mails of the demo, which has no mail server, as sent
    release_connections(app)
    return folder

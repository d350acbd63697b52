"""Fixtures: a real server on a free port, the sample city, and a real browser."""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from waitress.server import create_server
from waitress.wasyncore import close_all

from deliberate import clock, create_app
from deliberate.commands.demo_city import read_city, seed
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db
from deliberate.operations.scores.stored_scores import store_all_scores
from deliberate.sealing import seal_log

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CITY_NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
"""The Wednesday morning that is the present of the sample city in tests."""


@contextmanager
def run_server(app: Callable[..., Any], threads: int = 8) -> Iterator[str]:
    """Serve an application during the block and yield its URL."""
    server = create_server(app, host="127.0.0.1", port=0, threads=threads)
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()
        # Its own loop closes the sockets: closing one under a waiting select is an error.
        server.trigger.pull_trigger(lambda: close_all(server._map, ignore_all=True))
        worker.join(timeout=5)


def session_cookie(app: Flask, token: str) -> str:
    """Return the session cookie for the token of a device."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))


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
def chromium() -> Iterator[Any]:
    """Start one browser for all tests of a worker; a second one in a process would not start."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="a browser: install playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip("a browser: install Debian's chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sample city once for all workers; tests copy it and never change it."""
    base_folder = tmp_path_factory.getbasetemp()
    shared = base_folder.parent if "PYTEST_XDIST_WORKER" in os.environ else base_folder
    folder = shared / "sample-city"
    with (shared / "sample-city.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            build_city(shared / "sample-city.new").rename(folder)
    return folder


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
        Settings(mode="demo", data_dir=str(folder), secret_key="test" * 10, signing_key="1" * 64)
    )
    app.testing = True
    app.wsgi_app = CityClock(app.wsgi_app)  # type: ignore[method-assign]
    return app


def build_city(folder: Path) -> Path:
    """Build the sample city in a new folder."""
    app = create_city_app(folder)
    with app.app_context():
        upgrade()
        create_transient_tables(app)
        seed(read_city(), CITY_NOW)
        with clock.override_now(CITY_NOW):
            seal_log(app.config["SETTINGS"])
            store_all_scores()
    release_connections(app)
    return folder


def release_connections(app: Flask) -> None:
    """Close the database connections of an application."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()

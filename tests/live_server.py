"""A real server on a free port, and the fixture of a real browser."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


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
    with app.app_context():  # the keys are those of its installation
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of Flask's own sessions
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))


def find_chromium(own: str) -> str | None:
    """Return the path of Playwright's own Chromium, else of the system's, else None."""
    return own if Path(own).exists() else shutil.which("chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start one browser for all tests of a worker; a second one in a process would not start."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="a browser: install playwright")
    with sync_api.sync_playwright() as playwright:
        program = find_chromium(playwright.chromium.executable_path)
        if program is None:
            pytest.skip("a browser: run `playwright install chromium` or install Debian's chromium")
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()

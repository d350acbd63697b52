"""An installation that runs `deliberate serve` in separate processes, and requests to it."""

import http.client
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, text

from deliberate import create_app
from deliberate.commands.startup import migrate_stores
from deliberate.config import Settings
from deliberate.database import db
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.proposals import proposals as proposal_operations
from tests import factories
from tests.live_server import session_cookie

ROOT = Path(__file__).parents[2]
SECRET = "chaos" * 8


@dataclass
class Installation:
    """A folder, a database, and the server processes that run on them."""

    folder: Path
    database_url: str = ""
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """Settings beside those of every installation."""

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def settings(self) -> Settings:
        """Return the settings that the server reads from its environment."""
        return Settings(
            mode="production",
            secret_key=SECRET,
            base_url="https://kota.example",
            data_dir=str(self.folder),
            shared_dir=self.environment.get("DELIBERATE_SHARED_DIR", ""),
            database_url=self.database_url,
        )

    @contextmanager
    def open_app(self) -> Iterator[Flask]:
        """Open the application in this process, to create content or to read the database."""
        app = create_app(self.settings)
        migrate_stores(app)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()
                app.extensions["transient"].dispose()

    def start(self, port: int = 0) -> subprocess.Popen[bytes]:
        """Run `deliberate serve` without waiting until it is ready."""
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DELIBERATE_", "PYTHON"))},
            "PYTHONPATH": str(ROOT),
            "DELIBERATE_SECRET_KEY": SECRET,
            "DELIBERATE_BASE_URL": "https://kota.example",
            "DELIBERATE_LIMITS": "0",  # all clients share one network address
            "DELIBERATE_DATA_DIR": str(self.folder),
            "DELIBERATE_DATABASE_URL": self.database_url,
            **self.environment,
        }
        program = "from deliberate.commands import main; main()"
        with (self.folder / "server.log").open("ab") as log_file:
            process = subprocess.Popen(
                [sys.executable, "-c", program, "serve", "--port", str(port or self.port)],
                env=environment,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log_file,
            )
        self.processes.append(process)
        return process

    def wait_until_ready(
        self, port: int = 0, timeout: float = 60.0, path: str = "/readyz"
    ) -> float:
        """Wait until the server is ready and return the seconds."""
        start, last = time.monotonic(), "no response"
        while time.monotonic() - start < timeout:
            try:
                response = send_request("GET", path, port=port or self.port)
                if response.status == 200:
                    return time.monotonic() - start
                last = response.body
            except OSError as error:
                last = str(error)
            time.sleep(0.02)
        log_lines = (self.folder / "server.log").read_text(encoding="utf-8").splitlines()[-5:]
        raise TimeoutError("\n".join([f"not ready within {timeout} seconds: {last}", *log_lines]))

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal to every server and wait for its end."""
        for process in self.processes:
            process.send_signal(signal_number)
            process.wait(timeout=30)
        self.processes.clear()


def free_port() -> int:
    """Return a port that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class HttpResponse:
    """The response to a request."""

    status: int
    headers: dict[str, str]
    body: str


def send_request(
    method: str,
    path: str,
    body: str = "",
    cookie: str = "",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> HttpResponse:
    """Send one request on a new connection, as a browser from a page of the site."""
    with closing(_connect(port, tls)) as connection:
        headers = {"Host": "kota.example", **({"Cookie": cookie} if cookie else {})}
        if tls:
            headers["Origin"] = "https://kota.example"
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        return HttpResponse(response.status, dict(response.getheaders()), response.read().decode())


def _connect(port: int, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
    if tls is None:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=tls)


def create_content(app: Flask, residents: int, proposals: int) -> tuple[list[str], list[int]]:
    """Create residents and proposals; return session cookies and proposal ids."""
    process = factories.create_process(threshold=100_000)
    author = factories.create_resident()
    proposal_ids = [
        proposal_operations.submit_proposal(
            author, process, f"Usulan {n}", "Isi yang cukup panjang."
        ).id
        for n in range(proposals)
    ]
    tokens = [sign_in(factories.create_resident()) for _ in range(residents)]
    return [f"__Host-session={session_cookie(app, token)}" for token in tokens], proposal_ids


@contextmanager
def lock_database(installation: Installation) -> Iterator[None]:
    """Hold the write lock as a stuck program would."""
    if not installation.database_url:
        with closing(sqlite3.connect(installation.folder / "deliberate.db")) as blocking_connection:
            blocking_connection.execute("BEGIN IMMEDIATE")
            yield
            blocking_connection.rollback()
        return
    engine: Any = create_engine(installation.settings.database_uri)
    with engine.connect() as blocking_connection:
        blocking_connection.execute(text("LOCK TABLE interaction IN EXCLUSIVE MODE"))
        yield
        blocking_connection.rollback()
    engine.dispose()

"""An installation as an operator has it: `deliberate serve` in processes of its own, over HTTP."""

import http.client
import os
import signal
import socket
import sqlite3
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
    """A folder and a database, and the server that is run on them again and again."""

    folder: Path
    database_url: str = ""
    port: int = 0
    serving: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def settings(self) -> Settings:
        """What the server's environment says."""
        return Settings(
            mode="production",
            secret_key=SECRET,
            base_url="https://kota.example",
            data_dir=str(self.folder),
            database_url=self.database_url,
        )

    @contextmanager
    def opened(self) -> Iterator[Flask]:
        """The app in this process, to fill the house or to look at what it kept."""
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
        """Run `deliberate serve`; see ready()."""
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DELIBERATE_", "PYTHON"))},
            "PYTHONPATH": str(ROOT),
            "DELIBERATE_SECRET_KEY": SECRET,
            "DELIBERATE_BASE_URL": "https://kota.example",
            "DELIBERATE_LIMITS": "0",  # a crowd on one machine is meant here
            "DELIBERATE_DATA_DIR": str(self.folder),
            "DELIBERATE_DATABASE_URL": self.database_url,
        }
        program = "from deliberate.commands import main; main()"
        with (self.folder / "journal").open("ab") as journal:
            process = subprocess.Popen(
                [sys.executable, "-c", program, "serve", "--port", str(port or self.port)],
                env=environment,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=journal,
            )
        self.serving.append(process)
        return process

    def ready(self, port: int = 0, within: float = 60.0, path: str = "/readyz") -> float:
        """Seconds until the server says that it is ready."""
        began, last = time.monotonic(), "no answer"
        while time.monotonic() - began < within:
            try:
                answer = send_request("GET", path, port=port or self.port)
                if answer.status == 200:
                    return time.monotonic() - began
                last = answer.body
            except OSError as error:
                last = str(error)
            time.sleep(0.02)
        journal = (self.folder / "journal").read_text(encoding="utf-8").splitlines()[-5:]
        raise TimeoutError("\n".join([f"not ready within {within} seconds: {last}", *journal]))

    def kill(self, with_signal: int = signal.SIGKILL) -> None:
        """End every server at once, without a word."""
        for process in self.serving:
            process.send_signal(with_signal)
            process.wait(timeout=30)
        self.serving.clear()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@dataclass(frozen=True)
class HttpResponse:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


def send_request(method: str, path: str, body: str = "", cookie: str = "", port: int = 0) -> HttpResponse:
    """One request on a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        headers = {"Host": "kota.example", **({"Cookie": cookie} if cookie else {})}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return HttpResponse(answer.status, dict(answer.getheaders()), answer.read().decode())


def create_content(app: Flask, residents: int, number: int) -> tuple[list[str], list[int]]:
    """People who are signed in, as their cookies, and proposals to support, as their numbers."""
    process = factories.create_process(threshold=100_000)
    author = factories.create_resident()
    found = [
        proposal_operations.submit_proposal(
            author, process, f"Usulan {n}", "Isi yang cukup panjang."
        ).id
        for n in range(number)
    ]
    tokens = [sign_in(factories.create_resident()) for _ in range(residents)]
    return [f"__Host-session={session_cookie(app, token)}" for token in tokens], found


@contextmanager
def lock_database(installation: Installation) -> Iterator[None]:
    """Somebody else holds the write lock, as a stuck program would."""
    if not installation.database_url:
        with closing(sqlite3.connect(installation.folder / "deliberate.db")) as stuck:
            stuck.execute("BEGIN IMMEDIATE")
            yield
            stuck.rollback()
        return
    engine: Any = create_engine(installation.settings.database_uri)
    with engine.connect() as stuck:
        stuck.execute(text("LOCK TABLE interaction IN EXCLUSIVE MODE"))
        yield
        stuck.rollback()
    engine.dispose()

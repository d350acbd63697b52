"""Clients that submit supports while servers fail, and counts of the acknowledged ones."""

import http.client
import re
import secrets
import ssl
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import func, select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Interaction, Support
from tests.chaos.server import HttpResponse, Installation, send_request

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class ResidentClient:
    """A signed-in resident with a page that was opened beforehand."""

    def __init__(
        self, port: int, cookie: str, page: str, tls: ssl.SSLContext | None = None
    ) -> None:
        self.port, self.cookie, self.tls = port, cookie, tls
        response = send_request("GET", page, cookie=cookie, port=port, tls=tls)
        match = CSRF.search(response.body)
        assert match, (response.status, response.body[:300])
        self.token = match[1]
        if cookie_header := response.headers.get("Set-Cookie"):
            self.cookie = cookie_header.partition(";")[0]

    def support(self, proposal_id: int, key: str = "") -> tuple[int, str, float]:
        """Support a proposal and return status, Retry-After and seconds."""
        start = time.monotonic()
        response = self.submit(f"/id/proposals/{proposal_id}/support", key)
        return response.status, response.headers.get("Retry-After", ""), time.monotonic() - start

    def submit(self, path: str, key: str = "", **fields: str) -> HttpResponse:
        """Submit a form and return the response."""
        form = {"csrf_token": self.token, "form_key": key or secrets.token_urlsafe(18), **fields}
        return send_request("POST", path, urlencode(form), self.cookie, self.port, self.tls)


@dataclass
class LoadGenerator:
    """Clients that support one proposal after another, each in its own thread."""

    clients: list[ResidentClient]
    proposal_ids: list[int]
    acknowledged: int = 0
    other_statuses: dict[int, int] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)
    is_stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start all clients."""
        for client in self.clients:
            thread = threading.Thread(target=self._run, args=(client,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop all clients after their current requests."""
        self.is_stopped.set()
        for thread in self.threads:
            thread.join(timeout=60)

    def _run(self, client: ResidentClient) -> None:
        """Support each proposal; repeat the same form after a broken connection, as browsers do."""
        for proposal_id in self.proposal_ids:
            key = secrets.token_urlsafe(18)
            while not self.is_stopped.is_set():
                try:
                    status, _after, _seconds = client.support(proposal_id, key)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.05)
                    continue
                if status == 303:
                    self.acknowledged += 1
                    break
                self.other_statuses[status] = self.other_statuses.get(status, 0) + 1
                time.sleep(0.2)
            if self.is_stopped.is_set():
                return


def count_supports(installation: Installation) -> tuple[int, int, list[sealing.Fault]]:
    """Return the numbers of supports and of their log rows, and the faults of the log."""
    with installation.open_app() as app:
        settings = app.config["SETTINGS"]
        sealing.seal_log(settings)
        supports = db.session.scalar(select(func.count()).select_from(Support)) or 0
        rows = db.session.scalar(select(func.count()).where(Interaction.kind == "support.given"))
        return supports, rows or 0, sealing.verify_log(settings.log_path)

"""People who press buttons while everything falls over, and what they were told."""

import http.client
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import func, select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Interaction, Support
from tests.chaos.server import Installation, send_request

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class ResidentClient:
    """One resident's browser, with a page opened beforehand."""

    def __init__(self, port: int, cookie: str, page: str) -> None:
        self.port, self.cookie = port, cookie
        opened = send_request("GET", page, cookie=cookie, port=port)
        found = CSRF.search(opened.body)
        assert found, (opened.status, opened.body[:300])
        self.token = found[1]
        if kept := opened.headers.get("Set-Cookie"):
            self.cookie = kept.partition(";")[0]

    def support(self, proposal: int, key: str = "") -> tuple[int, str, float]:
        """Press the button; gives status, Retry-After and seconds."""
        form = {"csrf_token": self.token, "form_key": key or secrets.token_urlsafe(18)}
        began = time.monotonic()
        path = f"/id/proposals/{proposal}/support"
        answer = send_request("POST", path, urlencode(form), self.cookie, self.port)
        return answer.status, answer.headers.get("Retry-After", ""), time.monotonic() - began


@dataclass
class Crowd:
    """Residents who support one proposal after the other, each in a thread of their own."""

    phones: list[ResidentClient]
    proposals: list[int]
    told_yes: int = 0
    other: dict[int, int] = field(default_factory=dict)
    running: list[threading.Thread] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Everybody begins at once."""
        for phone in self.phones:
            thread = threading.Thread(target=self._press, args=(phone,), daemon=True)
            self.running.append(thread)
            thread.start()

    def end(self) -> None:
        """Everybody stops after what they are doing."""
        self.is_over.set()
        for thread in self.running:
            thread.join(timeout=60)

    def _press(self, phone: ResidentClient) -> None:
        """A broken connection is followed by the same form once more, as a browser sends it."""
        for proposal in self.proposals:
            key = secrets.token_urlsafe(18)
            while not self.is_over.is_set():
                try:
                    status, _after, _seconds = phone.support(proposal, key)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.05)
                    continue
                if status == 303:
                    self.told_yes += 1
                    break
                self.other[status] = self.other.get(status, 0) + 1
                time.sleep(0.2)
            if self.is_over.is_set():
                return


def count_supports(installation: Installation) -> tuple[int, int, list[sealing.Fault]]:
    """Supports there are, rows of the log that say so, and what is wrong with the log."""
    with installation.opened() as app:
        settings = app.config["SETTINGS"]
        sealing.seal_log(settings)
        supports = db.session.scalar(select(func.count()).select_from(Support)) or 0
        rows = db.session.scalar(select(func.count()).where(Interaction.kind == "support.given"))
        return supports, rows or 0, sealing.verify_log(settings.log_path)

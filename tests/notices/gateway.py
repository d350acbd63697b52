"""A gateway for text messages on a free port that can lie, hang, refuse and repeat itself."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from deliberate.notifications.signatures import SIGNATURE_HEADER, TIME_HEADER, sign

SECRET = "g" * 40


class FakeGateway:
    """What a gateway received, and how it answers.

    `behaviour` is accepted, unreachable, rejected, or one of the faults: "lie" (another id),
    "silent" (no outcome), "garbage", "deep" (brackets within brackets), "busy" (503), "hang" (a
    byte now and then).
    """

    def __init__(self) -> None:
        self.url = ""
        self.behaviour = "accepted"
        self.requests: list[dict[str, Any]] = []
        self.released = threading.Event()

    @property
    def texts(self) -> list[dict[str, Any]]:
        """Return what was received, each id once, as a gateway sends it."""
        return list({request["id"]: request for request in self.requests}.values())


@contextmanager
def running_gateway() -> Iterator[FakeGateway]:
    """Run a gateway during the block."""
    gateway = FakeGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time, signature = self.headers[TIME_HEADER], self.headers[SIGNATURE_HEADER]
            if signature != sign(SECRET, int(time), body):  # whatever the clock of the test
                return self._answer(403, {})
            message = json.loads(body)
            gateway.requests.append(message)
            return self._behave(message)

        def _behave(self, message: dict[str, Any]) -> None:
            if gateway.behaviour == "hang":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not gateway.released.wait(0.05):
                    try:
                        self.wfile.write(b"x")
                    except OSError:
                        return None
                return None
            if gateway.behaviour == "busy":
                return self._answer(503, {})
            if gateway.behaviour == "garbage":
                return self._answer(200, None)
            if gateway.behaviour == "deep":
                return self._send(200, b"[" * 4096)
            if gateway.behaviour == "lie":
                return self._answer(200, {"id": "another", "state": "accepted"})
            if gateway.behaviour == "silent":
                return self._answer(200, {"id": message["id"]})
            return self._answer(200, {"id": message["id"], "state": gateway.behaviour})

        def _answer(self, status: int, content: dict[str, Any] | None) -> None:
            body = json.dumps(content).encode() if content is not None else b"<html>" * 9999
            self._send(status, body)

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_port}/texts"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.released.set()
        server.shutdown()
        thread.join()
        server.server_close()

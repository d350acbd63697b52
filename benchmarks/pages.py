"""Measure how many pages a second are served, compared with a minimal page on the same server.

    python -m benchmarks.pages [SECONDS]

Both are served by waitress with the same number of threads and requested by the same four clients;
the minimal page is one line of WSGI. The pages are those of the sample city, signed out.
"""

import multiprocessing
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from typing import Any

from waitress import create_server

from deliberate import create_app
from deliberate.clock import now
from deliberate.commands.demo_city import read_city, seed
from deliberate.commands.startup import handle_termination, migrate_stores
from deliberate.config import Settings

CLIENTS = 4
MINIMAL_PAGE = b"<!doctype html><title>Minimal</title>" + b"<p>Nothing but text.</p>" * 400
PATHS = ("/id/", "/id/proposals", "/id/proposals/2", "/id/processes/kipp-1a", "/healthz")


def minimal_app(_environ: Any, start: Any) -> list[bytes]:
    """Serve a page that needs no computation: the upper limit."""
    start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(MINIMAL_PAGE)))])
    return [MINIMAL_PAGE]


def request_repeatedly(port: int, path: str, seconds: float, ready: Any, counts: Any) -> None:
    """Request the same page repeatedly on one connection; put the count into the queue."""
    connection, count = HTTPConnection("127.0.0.1", port), 0
    ready.wait(120)
    until = time.time() + seconds
    while time.time() < until:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        if response.status == 301:
            path = response.headers["Location"]
        elif response.status != 200:
            raise SystemExit(f"{path}: status {response.status}")
        count += 1
    counts.put(count)


def rate(port: int, path: str, seconds: float) -> float:
    """Return pages a second with all clients at the same time."""
    counts: Any = multiprocessing.Queue()
    ready = multiprocessing.Barrier(CLIENTS)
    clients = [
        multiprocessing.Process(
            target=request_repeatedly, args=(port, path, seconds, ready, counts)
        )
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    return sum(counts.get(timeout=seconds + 150) for _ in clients) / seconds


def serve(app: Any) -> int:
    """Serve the application from a thread and return the port."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    port: int = server.effective_port
    return port


def main(seconds: float) -> None:
    """Print pages a second and the ratio to the minimal page."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(mode="demo", data_dir=folder))
        migrate_stores(app)
        with app.app_context():
            seed(read_city(), now())
        handle_termination()
        minimal_port, port = serve(minimal_app), serve(app)
        best = rate(minimal_port, "/", seconds)
        print(f"{'minimal page':<24}{best:8.0f} a second")
        for path in PATHS:
            rate(port, path, 1)
            achieved = rate(port, path, seconds)
            print(
                f"{path:<24}{achieved:8.0f} a second, 1/{best / achieved:.1f} of the minimal page"
            )


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)

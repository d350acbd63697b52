"""How many pages a second the platform serves, against a bare page on the same server.

    python -m benchmarks.pages [SECONDS]

Both are served by waitress with the same threads and asked by the same four readers; the bare
page is one line of WSGI. The sample city is what is read, signed out.
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
from deliberate.commands.startup import prepare, settle
from deliberate.config import Settings

READERS = 4
BARE = b"<!doctype html><title>Bare</title>" + b"<p>Nothing but words.</p>" * 400
PATHS = ("/id/", "/id/proposals", "/id/proposals/2", "/id/processes/kipp-1a", "/healthz")


def bare(_environ: Any, start: Any) -> list[bytes]:
    """The limit: a page that costs nothing to make."""
    start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(BARE)))])
    return [BARE]


def read(port: int, path: str, seconds: float, ready: Any, told: Any) -> None:
    """One reader: the same page again and again on one connection; tells how often."""
    connection, count = HTTPConnection("127.0.0.1", port), 0
    ready.wait(120)
    until = time.time() + seconds
    while time.time() < until:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 301:
            path = answer.headers["Location"]
        elif answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
        count += 1
    told.put(count)


def rate(port: int, path: str, seconds: float) -> float:
    """Pages a second with all readers at once."""
    told: Any = multiprocessing.Queue()
    ready = multiprocessing.Barrier(READERS)
    readers = [
        multiprocessing.Process(target=read, args=(port, path, seconds, ready, told))
        for _ in range(READERS)
    ]
    for reader in readers:
        reader.start()
    return sum(told.get(timeout=seconds + 150) for _ in readers) / seconds


def serve(app: Any) -> int:
    """Serve from a thread; gives the port."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    port: int = server.effective_port
    return port


def main(seconds: float) -> None:
    """Print pages a second and their share of the bare page's."""
    with tempfile.TemporaryDirectory() as place:
        app = create_app(Settings(mode="demo", data_dir=place))
        prepare(app)
        with app.app_context():
            seed(read_city(), now())
        settle()
        limit, house = serve(bare), serve(app)
        best = rate(limit, "/", seconds)
        print(f"{'bare page':<24}{best:8.0f} a second")
        for path in PATHS:
            rate(house, path, 1)
            found = rate(house, path, seconds)
            print(f"{path:<24}{found:8.0f} a second, 1/{best / found:.1f} of the bare page")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)

"""Compare `deliberate serve` with another server on the same pages, data and clients.

    python -m benchmarks.servers [SECONDS] [PROGRAM OF GRANIAN]

Prints pages a second with one and with two processes, the same beside 50 clients that send half a
request, memory, and requests lost to SIGTERM and to a killed process under load.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from deliberate import create_app
from deliberate.clock import now
from deliberate.commands.demo_city import read_city, seed
from deliberate.commands.startup import migrate_stores
from deliberate.config import Settings
from deliberate.database import release_connections

ROOT = Path(__file__).parents[1]
PAGE = "/id/proposals"
CLIENTS, HALF_OPEN = 4, 50


class Load:
    """Clients that request a page on and on, each on a connection that it keeps."""

    def __init__(self, port: int, path: str = PAGE) -> None:
        self.request = get(path)
        self.port, self.answered, self.lost = port, 0, 0
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._request) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _request(self) -> None:
        while not self._is_over.is_set():
            with suppress(OSError), closing(connect(self.port)) as client:
                self._on_connection(client)

    def _on_connection(self, client: socket.socket) -> None:
        while not self._is_over.is_set():
            try:
                client.sendall(self.request)
                closes = read_response(client)
            except OSError:
                self.lost += 1
                raise
            self.answered += 1
            if closes:
                return


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_response(client: socket.socket) -> bool:
    """Read one response; return whether the server closes the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            raise ConnectionResetError
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    head = head.lower()
    if not head.startswith(b"http/1.1 200"):
        raise ConnectionResetError
    missing = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) - len(body)
    while missing > 0:
        part = client.recv(65536)
        if not part:
            raise ConnectionResetError
        missing -= len(part)
    return b"connection: close" in head


def descendants(pid: int) -> list[int]:
    """Return a process and those below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in descendants(int(child)))]


def megabytes(pid: int) -> float:
    """Return the proportional share of memory of a process and those below it."""
    lines = [
        line
        for one in descendants(pid)
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
    ]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def start(command: list[str], port: int, folder: str) -> subprocess.Popen[bytes]:
    settings = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *(p for p in sys.path if "site-packages" in p)]),
        "DELIBERATE_SECRET_KEY": "benchmark" * 5,
        "DELIBERATE_BASE_URL": f"http://127.0.0.1:{port}",
        "DELIBERATE_PLAIN_HTTP": "1",
        "DELIBERATE_DATA_DIR": folder,
    }
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with suppress(OSError), closing(connect(port)) as client:
            client.sendall(get(PAGE))
            read_response(client)
            return process
        time.sleep(0.1)
    raise TimeoutError(command)


def rate(port: int, seconds: float, path: str = PAGE) -> float:
    load = Load(port, path)
    time.sleep(seconds)
    load.stop()
    return load.answered / seconds


def measure(command: Callable[[int, int], list[str]], folder: str, seconds: float) -> None:
    port = 8600
    for processes in (1, 2):
        port += 1
        server = start(command(port, processes), port, folder)
        rate(port, 1)
        print(f"  {processes} process(es): {rate(port, seconds):.0f} a second", flush=True)
        if processes == 1:
            server.terminate()
            server.wait(60)
    slow = [connect(port) for _ in range(HALF_OPEN)]
    for client in slow:
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    print(f"  beside {HALF_OPEN} half-open clients: {rate(port, seconds):.0f} a second")
    for client in slow:
        client.close()
    print(f"  memory of all processes: {megabytes(server.pid):.0f} MB")
    load = Load(port)
    time.sleep(1)
    worker = descendants(server.pid)[1]
    os.kill(worker, signal.SIGKILL)
    time.sleep(seconds)
    print(f"  lost to a killed process: {load.lost} of {load.answered}")
    lost = load.lost
    server.terminate()
    server.wait(60)
    load.stop()
    print(f"  lost to SIGTERM: {load.lost - lost}", flush=True)


def main(seconds: float, granian: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(mode="demo", data_dir=folder))
        migrate_stores(app)
        with app.app_context():
            seed(read_city(), now())
        release_connections(app)
        print("deliberate serve (waitress)")
        main_program = "from deliberate.commands import main; main()"
        measure(
            lambda port, processes: [
                *(sys.executable, "-c", main_program, "serve", "--no-jobs"),
                *("--port", str(port), "--processes", str(processes)),
            ],
            folder,
            seconds,
        )
        if granian:
            print("granian")
            measure(
                lambda port, processes: [
                    *(granian, "--interface", "wsgi", "--port", str(port)),
                    *("--workers", str(processes), "--blocking-threads", "8"),
                    *("--respawn-failed-workers", "wsgi:app"),
                ],
                folder,
                seconds,
            )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5, (sys.argv[2:] or [""])[0])

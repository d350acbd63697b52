"""Compare the page of a thread of 1,000 comments with Isso: comments delivered a second.

    python -m benchmarks.peers PROGRAM OF ISSO [SECONDS]

benchmarks/peers.md says how Isso is installed and what is compared.
"""

import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.request import urlopen

from benchmarks.acceptance import COMMENTS, hot_thread
from benchmarks.servers import connect, rate, start
from deliberate import create_app
from deliberate.clock import now
from deliberate.commands.demo_city import read_city, seed
from deliberate.commands.startup import migrate_stores
from deliberate.config import Settings
from deliberate.database import release_connections
from deliberate.operations.accounts.registration import create_account
from deliberate.vocabulary import Role

OUR_PORT, ISSO_PORT = 8701, 8702
ISSO_PAGE = "/?uri=%2Fthread%2F"
CONFIGURATION = """[general]
dbpath = {folder}/isso.db
host = http://127.0.0.1:8700/
[server]
listen = http://127.0.0.1:{port}/
[guard]
enabled = false
"""
FIRST = b'{"text": "Some words of a comment. Argument number 1.", "title": "Thread"}'
COPY = """INSERT INTO comments (tid, created, mode, remote_addr, text, likes, dislikes, voters)
SELECT tid, created + ?, mode, remote_addr, text, 0, 0, voters FROM comments WHERE id = 1"""


def start_isso(program: str, folder: str) -> subprocess.Popen[bytes]:
    """Start Isso with a thread of as many comments."""
    path = Path(folder) / "isso.cfg"
    path.write_text(CONFIGURATION.format(folder=folder, port=ISSO_PORT))
    process = subprocess.Popen(
        [program, "-c", str(path), "run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), closing(connect(ISSO_PORT)) as client:
            client.sendall(
                b"POST /new?uri=%2Fthread%2F HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: application/json\r\nContent-Length: "
                + str(len(FIRST)).encode()
                + b"\r\n\r\n"
                + FIRST
            )
            client.recv(1000)
            break
        time.sleep(0.2)
    with closing(sqlite3.connect(f"{folder}/isso.db")) as database, database:
        database.executemany(COPY, [(number,) for number in range(1, COMMENTS)])
    return process


def count_isso() -> int:
    """Return the number of comments in one response of Isso."""
    with urlopen(f"http://127.0.0.1:{ISSO_PORT}{ISSO_PAGE}") as response:
        return len(json.load(response)["replies"])


def count_ours(path: str) -> int:
    """Return the number of comments on our page."""
    with urlopen(f"http://127.0.0.1:{OUR_PORT}{path}") as response:
        return len(set(re.findall(r'id="(c\d+)"', response.read().decode())))


def measure_ours(folder: str, seconds: float) -> float:
    app = create_app(Settings(mode="demo", data_dir=folder, limits=False))
    migrate_stores(app)
    with app.app_context():
        seed(read_city(), now())
        path = hot_thread(
            create_account(None, "bench", "Bench", "a long passphrase", Role.RESIDENT)
        )
    release_connections(app)
    program = "from deliberate.commands import main; main()"
    arguments = ["serve", "--no-jobs", "--processes", "1", "--port", str(OUR_PORT)]
    server = start([sys.executable, "-c", program, *arguments], OUR_PORT, folder)
    count = count_ours(path)
    pages = rate(OUR_PORT, seconds, path)
    server.terminate()
    server.wait(60)
    print(f"Deliberate, one process: {pages:.0f} pages of {count} comments a second")
    return pages * count


def main(program: str, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours = measure_ours(folder, seconds)
        isso = start_isso(program, folder)
        count = count_isso()
        answers = rate(ISSO_PORT, seconds, ISSO_PAGE)
        isso.terminate()
        isso.wait(30)
        print(f"Isso: {answers:.1f} answers of {count} comments a second")
        print(f"comments a second: {ours:.0f} and {answers * count:.0f}")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 5)

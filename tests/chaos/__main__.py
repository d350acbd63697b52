"""Fifty kills under load on each engine, ten cold starts of four, a minute of eight writers.

Run by `make chaos`:

    python -m tests.chaos [--kills 50] [--starts 10] [--writing 60] [--engine sqlite]

Prints what was measured; exit code 1 where an acknowledged act is lost, the log does not verify,
a server does not come up, or one needs more than three seconds on a machine that is idle.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from deliberate.operations.accounts import passphrases
from tests import postgres
from tests.chaos.load import Crowd, ResidentClient, count_supports
from tests.chaos.server import ROOT, Installation, create_content, free_port

READY_WITHIN = 3.0
CLIENTS = 4


@contextmanager
def installation(engine: str) -> Iterator[Installation]:
    """An empty one on an engine."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        name = f"chaos_{uuid4().hex[:12]}"
        if engine == "postgresql":
            postgres.execute_on_server(f"CREATE DATABASE {name}")
        found = Installation(
            Path(folder), postgres.database_url(name) if engine != "sqlite" else ""
        )
        try:
            yield found
        finally:
            found.kill()
            if engine == "postgresql":
                postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")


def survives_kills(engine: str, number: int) -> bool:
    """Kill the server under load, again and again; whether all held."""
    with installation(engine) as here:
        with here.opened() as app:
            cookies, proposals = create_content(app, CLIENTS, 60 * number)
        here.start()
        times = [here.ready()]
        phones = [ResidentClient(here.port, cookie, "/id/account") for cookie in cookies]
        crowd = Crowd(phones, proposals)
        crowd.begin()
        for _ in range(number):
            time.sleep(random.uniform(0.3, 1.5))  # any moment will do
            here.kill(signal.SIGKILL)
            here.start()
            times.append(here.ready())
        crowd.end()
        here.kill()
        supports, rows, faults = count_supports(here)
    lost = max(0, crowd.told_yes - supports)
    print(f"{engine}: {number} kills, {crowd.told_yes} acts acknowledged, {lost} lost")
    print(f"{engine}: {supports} kept, {rows} rows of the log, {len(faults)} faults")
    print(f"{engine}: answers other than yes: {crowd.other or 'none'}")
    is_quick = is_ready_in_time(engine, times)
    is_whole = supports <= crowd.told_yes + CLIENTS and supports == rows and not faults
    return not lost and is_whole and is_quick and crowd.told_yes > number


def is_ready_in_time(engine: str, times: list[float]) -> bool:
    """Print how soon it was there again; whether soon enough, or the machine too busy to say."""
    middle, worst, load = statistics.median(times), max(times), os.getloadavg()[0]
    print(f"{engine}: ready after {middle:.1f} s (median), {worst:.1f} s (worst); load {load:.1f}")
    return middle <= READY_WITHIN or load > (os.cpu_count() or 1)


def survives_cold_starts(engine: str, number: int) -> bool:
    """Four servers at once on an empty database, again and again; whether all came up."""
    times = []
    for _ in range(number):
        with installation(engine) as here:
            ports = [free_port() for _ in range(4)]
            for port in ports:
                here.start(port)
            times.append(max(here.ready(port) for port in ports))
    print(
        f"{engine}: {number} cold starts of four servers, all came up;"
        f" median {statistics.median(times):.1f} s, worst {max(times):.1f} s"
    )
    return True


def survives_writers(engine: str, seconds: float) -> bool:
    """Eight processes that write and one that seals; whether the sequence is dense and verifies."""
    words = ["-q", "-p", "no:cacheprovider", "-k", engine, "tests/sealing/test_writers.py"]
    environment = {**os.environ, "WRITE_SECONDS": str(seconds)}
    print(f"{engine}: eight writers for {seconds:.0f} s", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], check=False, cwd=ROOT, env=environment
    )
    return done.returncode == 0


def main() -> int:
    """Run everything; 0 if all held."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--writing", type=float, default=60.0, help="seconds of eight writers")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    given = parser.parse_args()
    passphrases._HASHER = PasswordHasher.from_parameters(CHEAPEST)
    programs = postgres.find_binaries()
    server = postgres.PostgresServer(programs) if programs else None
    if server:
        os.environ["TEST_POSTGRES_URL"] = server.start()
    engines = ["sqlite", "postgresql"] if server else ["sqlite"]
    if given.engine:
        engines = [given.engine]
    try:
        held = [survives_kills(engine, given.kills) for engine in engines]
        held += [survives_cold_starts(engine, given.starts) for engine in engines]
        held += [survives_writers(engine, given.writing) for engine in engines]
    finally:
        if server:
            server.stop()
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())

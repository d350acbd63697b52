"""Run fifty kills under load on each engine, ten cold starts of four, a minute of eight writers,
readers beside 24 waiting writers and 24 hostile pictures, and 50,000 requests.

Run by `make chaos`:

    python -m tests.chaos [--kills 50] [--starts 10] [--writing 60] [--requests 50000]
        [--engine sqlite]

Print the measurements; exit with 1 if an acknowledged act is lost, the log does not verify, a
server keeps memory, or, on an idle machine, a server does not start within three seconds or a
reader waits longer than one.
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
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from deliberate.operations.accounts import passphrases
from tests import postgres
from tests.chaos import resources
from tests.chaos.load import LoadGenerator, ResidentClient, count_supports
from tests.chaos.server import ROOT, Installation, create_content, free_port

READY_WITHIN = 3.0
CLIENTS = 4


@contextmanager
def installation(engine: str) -> Iterator[Installation]:
    """Yield an empty installation on an engine."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        name = f"chaos_{uuid4().hex[:12]}"
        if engine == "postgresql":
            postgres.execute_on_server(f"CREATE DATABASE {name}")
        new_installation = Installation(
            Path(folder), postgres.database_url(name) if engine != "sqlite" else ""
        )
        try:
            yield new_installation
        finally:
            new_installation.kill()
            if engine == "postgresql":
                postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")


def survives_kills(engine: str, count: int) -> bool:
    """Kill the server repeatedly under load; return whether no acknowledged act is lost."""
    with installation(engine) as target:
        with target.open_app() as app:
            cookies, proposals = create_content(app, CLIENTS, 60 * count)
        target.start()
        times = [target.wait_until_ready()]
        clients = [ResidentClient(target.port, cookie, "/id/account") for cookie in cookies]
        load = LoadGenerator(clients, proposals)
        load.start()
        for _ in range(count):
            time.sleep(random.uniform(0.3, 1.5))  # at random moments
            target.kill(signal.SIGKILL)
            target.start()
            times.append(target.wait_until_ready())
        load.stop()
        target.kill()
        supports, rows, faults = count_supports(target)
    lost = max(0, load.acknowledged - supports)
    print(f"{engine}: {count} kills, {load.acknowledged} acts acknowledged, {lost} lost")
    print(f"{engine}: {supports} stored, {rows} rows of the log, {len(faults)} faults")
    print(f"{engine}: other responses: {load.other_statuses or 'none'}")
    is_quick = is_ready_in_time(engine, times)
    is_complete = supports <= load.acknowledged + CLIENTS and supports == rows and not faults
    return not lost and is_complete and is_quick and load.acknowledged > count


def is_ready_in_time(engine: str, times: list[float]) -> bool:
    """Print the start-up times; return whether they are short enough or the machine is busy."""
    median, worst, system_load = statistics.median(times), max(times), os.getloadavg()[0]
    print(
        f"{engine}: ready after {median:.1f} s (median), {worst:.1f} s (worst);"
        f" load {system_load:.1f}"
    )
    return median <= READY_WITHIN or is_busy()


def survives_cold_starts(engine: str, count: int) -> bool:
    """Start four servers at once on an empty database repeatedly; return whether all started."""
    times = []
    for _ in range(count):
        with installation(engine) as target:
            ports = [free_port() for _ in range(4)]
            for port in ports:
                target.start(port)
            times.append(max(target.wait_until_ready(port) for port in ports))
    print(
        f"{engine}: {count} cold starts of four servers, all started;"
        f" median {statistics.median(times):.1f} s, worst {max(times):.1f} s"
    )
    return True


def survives_writers(engine: str, seconds: float) -> bool:
    """Run eight writers and one sealer; return whether the sequence is dense and verifies."""
    arguments = ["-q", "-p", "no:cacheprovider", "-k", engine, "tests/sealing/test_writers.py"]
    environment = {**os.environ, "WRITE_SECONDS": str(seconds)}
    print(f"{engine}: eight writers for {seconds:.0f} s", flush=True)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], check=False, cwd=ROOT, env=environment
    )
    return result.returncode == 0


def answers_readers(engine: str) -> bool:
    """Attack with waiting writers, then with pictures; return whether readers are answered."""
    with installation(engine) as target:
        waited, statuses = resources.slowest_reader_beside_waiting_writers(target)
    print(f"{engine}: front page {waited:.2f} s (worst) beside 24 writers: {Counter(statuses)}")
    with installation(engine) as target:
        beside, uploads, kept = resources.slowest_reader_beside_pictures(target)
    print(f"{engine}: front page {beside:.2f} s (worst) beside 24 pictures: {Counter(uploads)}")
    print(f"{engine}: {kept / 1e6:.0f} MB of memory kept after the pictures")
    is_quick = max(waited, beside) <= resources.READER_LIMIT_S
    is_refused = set(statuses) == {503} and set(uploads) <= {303, 422}
    return (is_quick or is_busy()) and is_refused and kept <= resources.MAX_KEPT_BYTES


def keeps_memory(engine: str, requests: int) -> bool:
    """Send many requests; return whether memory stops growing."""
    with installation(engine) as target:
        growth = resources.memory_growth(target, requests)
    print(f"{engine}: memory grows by {growth:.1%} after the first tenth of {requests} requests")
    return growth <= resources.MAX_GROWTH


def is_busy() -> bool:
    """Return whether the machine has other work, which slows every answer."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def main() -> int:
    """Run everything and return 0 if all succeeded."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--writing", type=float, default=60.0, help="seconds of eight writers")
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    passphrases._HASHER = PasswordHasher.from_parameters(CHEAPEST)
    binaries = postgres.find_binaries()
    server = postgres.PostgresServer(binaries) if binaries else None
    if server:
        os.environ["TEST_POSTGRES_URL"] = server.start()
    engines = ["sqlite", "postgresql"] if server else ["sqlite"]
    if arguments.engine:
        engines = [arguments.engine]
    try:
        results = [survives_kills(engine, arguments.kills) for engine in engines]
        results += [survives_cold_starts(engine, arguments.starts) for engine in engines]
        results += [survives_writers(engine, arguments.writing) for engine in engines]
        results += [answers_readers(engine) for engine in engines]
        results += [keeps_memory(engine, arguments.requests) for engine in engines]
    finally:
        if server:
            server.stop()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Run fifty kills under load on each engine, twenty of the jobs that deliver notices, ten cold
starts of four, a minute of eight writers, readers beside 24 waiting writers and 24 hostile
pictures, and 50,000 requests.

Run by `make chaos`:

    python -m tests.chaos [--kills 50] [--job-kills 20] [--starts 10] [--writing 60]
        [--requests 50000] [--engine sqlite] [--busy]

Print each figure with its limit; exit with 1 if one is missed: acts lost, a log that does not
verify, memory kept, seconds until a server is ready or a reader is answered. Seconds are measured
on an idle machine; with --busy they are printed and not judged.
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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from deliberate.operations.accounts import passphrases
from tests import postgres
from tests.chaos import resources
from tests.chaos.load import LoadGenerator, ResidentClient, count_supports
from tests.chaos.notices import kill_notices
from tests.chaos.server import ROOT, Installation, create_content, free_port

READY_WITHIN = 3.0
IDLE_RESTARTS = 5
CLIENTS = 4
FOLLOWERS = 500


@dataclass
class Verdict:
    """The figures that were measured and the limits that were missed."""

    is_busy: bool = False
    """Whether the machine has other work: seconds are then printed and not judged."""
    missed: list[str] = field(default_factory=list)

    def at_most(self, name: str, value: float, limit: float, unit: str = "") -> None:
        """Print a figure with its limit, and note it if it is above."""
        self.require(name, value <= limit, f"{value:.2f}{unit}, limit {limit:.2f}{unit}")

    def seconds(self, name: str, value: float, limit: float) -> None:
        """Print a time with its limit, and note it if it is above on an idle machine."""
        figure = f"{value:.2f} s, limit {limit:.2f} s"
        if self.is_busy:
            print(f"{name}: {figure}: not judged, load {os.getloadavg()[0]:.1f}", flush=True)
        else:
            self.require(name, value <= limit, figure)

    def require(self, name: str, is_met: bool, figure: str) -> None:
        """Print a figure, and note it if it is not as required."""
        print(f"{name}: {figure}: {'ok' if is_met else 'MISSED'}", flush=True)
        if not is_met:
            self.missed.append(name)


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


def kill_under_load(verdict: Verdict, engine: str, count: int) -> None:
    """Kill the server repeatedly under load: no acknowledged act is lost, and it starts in time."""
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
        idle = restart_idle(target)
    lost = max(0, load.acknowledged - supports)
    print(f"{engine}: {count} kills; other responses: {load.other_statuses or 'none'}")
    verdict.require(
        f"{engine}: acts acknowledged",
        load.acknowledged > count,
        f"{load.acknowledged}, more than {count} required",
    )
    verdict.at_most(f"{engine}: acknowledged acts lost", lost, 0)
    verdict.at_most(
        f"{engine}: acts stored beyond the acknowledged ones",
        supports - load.acknowledged,
        CLIENTS,
    )
    verdict.require(
        f"{engine}: rows of the log", supports == rows, f"{rows}, {supports} acts are stored"
    )
    verdict.at_most(f"{engine}: faults of the log", len(faults), 0)
    verdict.seconds(f"{engine}: ready without load (median)", idle, READY_WITHIN)
    print(
        f"{engine}: ready under load: median {statistics.median(times):.1f} s,"
        f" worst {max(times):.1f} s; load {os.getloadavg()[0]:.1f}"
    )


def restart_idle(target: Installation) -> float:
    """Return the median of the seconds until a killed server is ready again, without clients."""
    times = []
    for _ in range(IDLE_RESTARTS):
        target.start()
        times.append(target.wait_until_ready())
        target.kill(signal.SIGKILL)
    return statistics.median(times)


def kill_delivery(verdict: Verdict, engine: str, count: int) -> None:
    """Kill the jobs that deliver notices repeatedly: everybody gets each notice once."""
    with installation(engine) as target:
        outcome = kill_notices(target, count, FOLLOWERS, seed=random.randrange(10**6))
    name = f"{engine}: {outcome.kills} kills of jobs, {outcome.notices} notices to {FOLLOWERS}"
    verdict.at_most(f"{name}: people with one twice", outcome.twice, 0)
    verdict.at_most(f"{name}: people without one", outcome.missed, 0)


def start_cold(engine: str, count: int) -> None:
    """Start four servers at once on an empty database repeatedly; raise if one does not start."""
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


def write_and_seal(verdict: Verdict, engine: str, seconds: float) -> None:
    """Run eight writers and one sealer: the sequence is dense and verifies."""
    arguments = ["-q", "-p", "no:cacheprovider", "-k", engine, "tests/sealing/test_writers.py"]
    environment = {**os.environ, "WRITE_SECONDS": str(seconds)}
    print(f"{engine}: eight writers for {seconds:.0f} s", flush=True)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], check=False, cwd=ROOT, env=environment
    )
    verdict.at_most(f"{engine}: failures of eight writers and a sealer", result.returncode, 0)


def read_under_attack(verdict: Verdict, engine: str) -> None:
    """Attack with waiting writers, then with pictures: readers are answered in time."""
    with installation(engine) as target:
        waited, statuses = resources.slowest_reader_beside_waiting_writers(target)
    limit = resources.READER_LIMIT_S
    verdict.seconds(f"{engine}: front page beside 24 waiting writers (worst)", waited, limit)
    _require_statuses(verdict, f"{engine}: answers to the writers", statuses, {503})
    with installation(engine) as target:
        beside, uploads, kept = resources.slowest_reader_beside_pictures(target)
    verdict.seconds(f"{engine}: front page beside 24 pictures (worst)", beside, limit)
    _require_statuses(verdict, f"{engine}: answers to the pictures", uploads, {303, 422})
    kept_limit = resources.MAX_KEPT_BYTES
    verdict.at_most(f"{engine}: memory kept after them", kept / 1e6, kept_limit / 1e6, " MB")


def _require_statuses(
    verdict: Verdict, name: str, statuses: Iterable[int], allowed: set[int]
) -> None:
    counts = Counter(statuses)
    verdict.require(name, set(counts) <= allowed, f"{dict(counts)}, allowed {sorted(allowed)}")


def send_requests(verdict: Verdict, engine: str, requests: int) -> None:
    """Send many requests: memory stops growing."""
    with installation(engine) as target:
        growth = resources.memory_growth(target, requests)
    name = f"{engine}: growth of memory after the first tenth of {requests} requests"
    verdict.at_most(name, 100 * growth, 100 * resources.MAX_GROWTH, " %")


def main() -> int:
    """Run everything; return 1 if a figure misses its limit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--job-kills", type=int, default=20)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--writing", type=float, default=60.0, help="seconds of eight writers")
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    parser.add_argument("--busy", action="store_true", help="print seconds without judging them")
    arguments = parser.parse_args()
    passphrases._HASHER = PasswordHasher.from_parameters(CHEAPEST)
    binaries = postgres.find_binaries()
    server = postgres.PostgresServer(binaries) if binaries else None
    if server:
        os.environ["TEST_POSTGRES_URL"] = server.start()
    engines = ["sqlite", "postgresql"] if server else ["sqlite"]
    if arguments.engine:
        engines = [arguments.engine]
    verdict = Verdict(arguments.busy)
    try:
        for engine in engines:
            kill_under_load(verdict, engine, arguments.kills)
            kill_delivery(verdict, engine, arguments.job_kills)
            start_cold(engine, arguments.starts)
            write_and_seal(verdict, engine, arguments.writing)
            read_under_attack(verdict, engine)
            send_requests(verdict, engine, arguments.requests)
    finally:
        if server:
            server.stop()
    print("missed: " + ("; ".join(verdict.missed) or "nothing"))
    return 1 if verdict.missed else 0


if __name__ == "__main__":
    sys.exit(main())

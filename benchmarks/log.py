"""What the sealed log costs: writing with and without sealing, sealing, verifying, proofs.

    python -m benchmarks.log [--rows 200000] [--url postgresql://…]

Prints rates and ratios measured in one run on one machine; only the ratios say anything elsewhere.
"""

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app, sealing
from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import make_transient, new_id, unrecorded
from deliberate.models import Interaction
from deliberate.sealing.verifier import check_proof
from deliberate.vocabulary import Kind

ACTS = 1000


def made(count: int) -> list[dict[str, object]]:
    """Rows as acts leave them."""
    rows = []
    for number in range(count):
        row = Interaction(
            id=new_id(),
            occurred_at=now(),
            kind=(Kind.COMMENT_POSTED if number % 3 else Kind.SUPPORT_GIVEN).value,
            actor_id=f"{number % 5000:064x}",
            actor_role="resident",
            account_class="person",
            process_id=number % 7,
            proposal_id=number % 700,
            subject_type="comment",
            subject_id=number,
            stance=number % 3 - 1,
            origin="web",
            content=f"{number:064x}",
            details={"kind": "argument", "source_given": 0} if number % 3 else {},
        )
        rows.append({c.key: getattr(row, c.key) for c in Interaction.__table__.columns})
    return rows


def fill(rows: int, at_once: int = 5_000) -> None:
    """Put rows into the log that wait to be sealed."""
    for start in range(0, rows, at_once):
        with unrecorded("benchmark") as session:
            session.execute(insert(Interaction.__table__), made(min(at_once, rows - start)))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds a piece of work takes, by the clock and of all processors together."""
    start, busy = time.perf_counter(), processor_seconds()
    work()
    return time.perf_counter() - start, processor_seconds() - busy


def processor_seconds() -> float:
    """What this process and its ended children have used of the processors."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def tell(what: str, rows: int, work: Callable[[], object]) -> None:
    """Print rows a second by the clock and by the processors, which count on a busy machine."""
    seconds, busy = timed(work)
    print(f"{what}: {rows / seconds:,.0f} rows/s; {rows / busy:,.0f} rows a processor second")


def write(rows: list[dict[str, object]]) -> None:
    """One act after another, a transaction each, as people write."""
    for row in rows:
        with unrecorded("benchmark") as session:
            session.execute(insert(Interaction.__table__), row)


def write_rate(app: Flask, *, sealed: bool) -> float:
    """Acts a second, with or without the sealer working every second beside them."""
    rows, stop = made(ACTS), threading.Event()

    def keep_sealing() -> None:
        with app.app_context():
            while not stop.wait(1.0):
                sealing.seal_log(app.config["SETTINGS"])

    sealer = threading.Thread(target=keep_sealing)
    if sealed:
        sealer.start()
    seconds, _busy = timed(lambda: write(rows))
    stop.set()
    if sealed:
        sealer.join()
    return ACTS / seconds


def memory() -> int:
    """The most memory this process had at once, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def house(url: str) -> Flask:
    """An empty house."""
    folder = tempfile.mkdtemp(prefix="bench-")
    app = create_app(Settings(mode="test", data_dir=folder, database_url=url, secret_key="b" * 32))
    with app.app_context():
        upgrade()
    make_transient(app)
    return app


def measure(app: Flask, rows: int) -> None:
    """Print what it costs."""
    settings = app.config["SETTINGS"]
    with app.app_context():
        pairs = [
            (write_rate(app, sealed=False), write_rate(app, sealed=True)) for _round in range(5)
        ]
        ratios = sorted(sealed / bare for bare, sealed in pairs)
        print(
            f"write rate with sealing / without: {ratios[2]:.2f} (five rounds {ratios[0]:.2f}"
            f" to {ratios[4]:.2f}; {pairs[0][0]:.0f} acts/s without)"
        )
        sealing.seal_log(settings)
        fill(rows)
        print(f"memory before: {memory()} MB")
        tell("sealing", rows, lambda: sealing.seal_log(settings))
        tell("segments", rows, lambda: sealing.write_segments(settings.log_path, rest=True))
        print(f"memory after sealing and segments: {memory()} MB")
        tell("verifying rows and heads", rows, lambda: expect_whole(None))
        tell("verifying with segments", rows, lambda: expect_whole(settings.log_path))
        print(f"memory after verifying: {memory()} MB")
        seconds, _busy = timed(lambda: [expect_proof(n * rows // 20) for n in range(20)])
        print(f"a proof: {seconds / 20 * 1000:.1f} ms")


def expect_whole(log_path: Path | None) -> None:
    """Verify; a fault would make the figure worthless."""
    faults = sealing.verify(log_path)
    if faults:
        raise SystemExit(f"faults: {faults[:3]}")


def expect_proof(entry: int) -> None:
    """Prove and check."""
    check_proof(sealing.prove(entry).as_json())


def main() -> None:
    """Measure on SQLite, or on the server given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    measure(house(given.url), given.rows)


if __name__ == "__main__":
    main()

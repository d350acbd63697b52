"""Measure the sealed log: writing with and without sealing, sealing, verifying, proofs.

    python -m benchmarks.log [--rows 200000] [--url postgresql://…] [--only sqlite|postgresql]

Print rates and ratios measured in one run, on both engines, and last the figures that have a limit:
at ten million rows (`--rows 10000000`) they must keep it on an idle machine. PostgreSQL is a server
started for the run without --url; with fsync off it is faster than one in use.
"""

import argparse
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, insert, make_url, select, text

from deliberate import create_app, sealing
from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, new_id, unrecorded
from deliberate.models import Interaction
from deliberate.sealing import log_verification
from deliberate.sealing.verifier import check_proof
from deliberate.vocabulary.events.proposals import SupportGiven
from deliberate.vocabulary.events.threads import CommentPosted
from tests import postgres

ACTS = 1000
INSERT_ROUNDS = 10
SMALL_LOG = 100_000
"""Rows of the log with which the insert into the large one is compared."""
SMALL_DATABASE = "benchmark_small_log"
LEAST_SEALED = {"sqlite": 25_000, "postgresql": 15_000}
"""Rows a second that are sealed at least, by engine."""


def sample_rows(count: int) -> list[dict[str, object]]:
    """Return rows as acts insert them."""
    rows = []
    for number in range(count):
        row = Interaction(
            id=new_id(),
            occurred_at=now(),
            kind=CommentPosted.KIND if number % 3 else SupportGiven.KIND,
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


def fill(rows: int, batch: int = 5_000) -> None:
    """Insert rows that are not sealed yet."""
    for start in range(0, rows, batch):
        with unrecorded("benchmark") as session:
            session.execute(insert(Interaction.__table__), sample_rows(min(batch, rows - start)))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that work takes: wall-clock time and processor time."""
    start, busy = time.perf_counter(), processor_seconds()
    work()
    return time.perf_counter() - start, processor_seconds() - busy


def processor_seconds() -> float:
    """Return the processor time used by this process and its finished children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def report(label: str, rows: int, work: Callable[[], object]) -> float:
    """Print and return rows a second of wall-clock time; of processor time for busy machines."""
    seconds, busy = timed(work)
    print(f"{label}: {rows / seconds:,.0f} rows/s; {rows / busy:,.0f} rows a processor second")
    return rows / seconds


def write(rows: list[dict[str, object]]) -> None:
    """Insert one act after another, each in its own transaction."""
    for row in rows:
        with unrecorded("benchmark") as session:
            session.execute(insert(Interaction.__table__), row)


def write_rate(app: Flask, *, sealed: bool) -> float:
    """Return acts a second, with or without the sealer running every second in parallel."""
    rows, stop = sample_rows(ACTS), threading.Event()

    def seal_repeatedly() -> None:
        with app.app_context():
            while not stop.wait(1.0):
                sealing.seal_log(app.config["SETTINGS"])

    sealer = threading.Thread(target=seal_repeatedly)
    if sealed:
        sealer.start()
    seconds, _busy = timed(lambda: write(rows))
    stop.set()
    if sealed:
        sealer.join()
    return ACTS / seconds


def insert_medians(*apps: Flask) -> list[float]:
    """Return by application the milliseconds in which one act is inserted and committed.

    The applications take turns, so that a stall of the disk or of other work meets all of them;
    of each the median of its rounds counts, whose figures are the medians of their acts.
    """
    rounds: list[list[float]] = [[] for _app in apps]
    for _round in range(INSERT_ROUNDS):
        for app, medians in zip(apps, rounds, strict=True):
            with app.app_context():
                rows = sample_rows(ACTS // INSERT_ROUNDS)
                medians.append(median(timed(lambda row=row: write([row]))[0] for row in rows))
    return [median(medians) * 1000 for medians in rounds]


def bytes_a_row() -> tuple[float, float]:
    """Return the bytes of a row in the table of the log, and in its indexes."""
    with unrecorded("benchmark") as session:
        count = session.scalar(select(func.count(Interaction.id))) or 1
        if session.get_bind().dialect.name == "postgresql":
            sizes = "SELECT pg_table_size('interaction'), pg_indexes_size('interaction')"
        else:
            sizes = (
                "SELECT sum(pgsize) FILTER (WHERE name = 'interaction'),"
                " sum(pgsize) FILTER (WHERE name <> 'interaction') FROM dbstat WHERE name IN"
                " (SELECT name FROM sqlite_master WHERE tbl_name = 'interaction')"
            )
        table, indexes = session.execute(text(sizes)).one()
    return table / count, indexes / count


def memory() -> int:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def create_installation(url: str) -> Flask:
    """Return the application of an empty installation."""
    folder = tempfile.mkdtemp(prefix="bench-")
    app = create_app(Settings(mode="test", data_dir=folder, database_url=url, secret_key="b" * 32))
    with app.app_context():
        upgrade()
    create_transient_tables(app)
    return app


def measure(app: Flask, small_app: Flask, rows: int) -> None:
    """Print all measurements; the second installation is for the log that stays small."""
    settings = app.config["SETTINGS"]
    first = min(SMALL_LOG, rows // 2)
    with small_app.app_context():
        fill(first)
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
        small, large = insert_medians(small_app, app)
        print(f"median insert: {small:.2f} ms after {first:,} rows, {large:.2f} ms after {rows:,}")
        heap, indexes = bytes_a_row()
        print(f"bytes a row: {heap:.0f} in the table, {indexes:.0f} in indexes")
        print(f"memory before: {memory()} MB")
        sealed = report("sealing", rows, lambda: sealing.seal_log(settings))
        report("segments", rows, lambda: sealing.write_segments(settings.log_path, rest=True))
        print(f"memory after sealing and segments: {memory()} MB")
        with one_process():
            verified = report("verifying in one process", rows, lambda: expect_no_fault(None))
        report("verifying rows and heads", rows, lambda: expect_no_fault(None))
        report("verifying with segments", rows, lambda: expect_no_fault(settings.log_path))
        print(f"memory after verifying: {memory()} MB")
        seconds, _busy = timed(lambda: [expect_proof(n * rows // 20) for n in range(20)])
        print(f"a proof: {seconds / 20 * 1000:.1f} ms")
        is_sqlite = db.engine.dialect.name == "sqlite"
        least_sealed = LEAST_SEALED["sqlite" if is_sqlite else "postgresql"]
        print_limit(f"insert median at {rows:,} / at {first:,}", large / small, 1.2, is_most=True)
        print_limit("heap, bytes a row", heap, 400, is_most=True)
        print_limit("verifying, rows/s in one process", verified, 100_000, is_most=False)
        print_limit("sealing, rows/s", sealed, least_sealed, is_most=False)
        print_limit("a proof, ms", seconds / 20 * 1000, 20, is_most=True)


def print_limit(label: str, value: float, limit: float, *, is_most: bool) -> None:
    """Print a figure with its limit and whether it keeps it."""
    is_kept = value <= limit if is_most else value >= limit
    relation = "at most" if is_most else "at least"
    answer = "kept" if is_kept else "NOT KEPT"
    print(f"limit: {label}: {value:,.2f} ({relation} {limit:,g}): {answer}")


@contextmanager
def one_process() -> Iterator[None]:
    """Let a verification of any size run in this process."""
    usual = log_verification.MIN_ENTRIES_FOR_WORKERS
    log_verification.MIN_ENTRIES_FOR_WORKERS = sys.maxsize
    try:
        yield
    finally:
        log_verification.MIN_ENTRIES_FOR_WORKERS = usual


def expect_no_fault(log_path: Path | None) -> None:
    """Verify the log; exit on a fault, which would invalidate the measurement."""
    faults = sealing.verify_log(log_path)
    if faults:
        raise SystemExit(f"faults: {faults[:3]}")


def expect_proof(entry: int) -> None:
    """Create and check the proof of an entry."""
    check_proof(sealing.inclusion_proof(entry).as_json())


@contextmanager
def postgres_url(url: str) -> Iterator[str]:
    """Yield the given URL, or that of a server which runs meanwhile; empty without programs."""
    programs = postgres.find_binaries()
    if url or programs is None:
        yield url
        return
    server = postgres.PostgresServer(programs)
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def second_database(url: str) -> Iterator[str]:
    """Yield the URL of a new database on the same server, which is dropped at the end."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {SMALL_DATABASE}"))
        try:
            yield make_url(url).set(database=SMALL_DATABASE).render_as_string(False)
        finally:
            connection.execute(text(f"DROP DATABASE {SMALL_DATABASE} WITH (FORCE)"))


def main() -> None:
    """Measure on SQLite, then on PostgreSQL, or on one of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="")
    arguments = parser.parse_args()
    if arguments.only != "postgresql":
        print("-- SQLite", flush=True)
        measure(create_installation(""), create_installation(""), arguments.rows)
    if arguments.only != "sqlite":
        with postgres_url(arguments.url) as url:
            if not url:
                raise SystemExit("PostgreSQL: no programs found; give --url")
            print("-- PostgreSQL", flush=True)
            with second_database(url) as small_url:
                apps = create_installation(url), create_installation(small_url)
                measure(*apps, arguments.rows)


if __name__ == "__main__":
    main()

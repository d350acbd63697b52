"""Measure imports into the log, compared with a plain loop of inserts in the same run.

    python -m benchmarks.imports [ACTS] [DATABASE_URL]

Without ACTS it runs twice, each in a process of its own, and compares the peaks of memory. Write
files in Decidim's layout, import them (parsing, sanitising, people, counters, leaves, rows),
seal them, and print acts a second and the ratio to inserting the same number of log rows, 500 a
transaction, without any computation.
"""

import csv
import logging
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app, sealing
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, new_id, unrecorded
from deliberate.imports import profiles
from deliberate.imports.import_run import ImportRequest, prepare_import
from deliberate.models import Interaction

WORDS = [
    "jalan",
    "taman",
    "air",
    "bus",
    "sekolah",
    "pasar",
    "pohon",
    "lampu",
    "trotoar",
    "sungai",
    "warga",
    "kota",
    "perlu",
    "aman",
]
PROPOSALS = "id title summary category district source status author_id created_on total_votes url"
COMMENTS = "id proposal_id parent_id author_id created_at alignment body_html"
START = datetime(2020, 1, 1)
BATCH = 500
SIZES = (20_000, 200_000)


def write_files(folder: Path, acts: int) -> None:
    """Write different proposals (a sixth of the acts) and comments (a quarter are replies)."""
    rng = random.Random(1)
    proposals = acts // 6
    with (folder / "proposals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PROPOSALS.split())
        for proposal_id in range(1, proposals + 1):
            title, body = _sentence(rng, 6), _sentence(rng, 40)
            writer.writerow(
                [
                    proposal_id,
                    title,
                    body,
                    "",
                    "",
                    "citizen",
                    "accepted",
                    f"u{rng.randrange(acts // 8)}",
                    "2020-01-01",
                    3,
                    "",
                ]
            )
    with (folder / "comments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COMMENTS.split())
        proposal_of: list[int] = []
        for comment_id in range(acts - proposals):
            is_reply = comment_id % 4 == 0 and comment_id > 0
            parent = rng.randrange(comment_id) if is_reply else ""
            proposal_of.append(proposal_of[parent] if is_reply else rng.randrange(1, proposals + 1))
            moment = START + timedelta(days=1, minutes=comment_id)
            writer.writerow(
                [
                    comment_id,
                    proposal_of[-1],
                    parent,
                    f"u{rng.randrange(acts // 8)}",
                    moment.isoformat(),
                    rng.choice((-1, 0, 1)),
                    f"<p>{_sentence(rng, 40)}</p>",
                ]
            )


def _sentence(rng: random.Random, count: int) -> str:
    return " ".join(rng.choices(WORDS, k=count)).capitalize() + "."


def insert_rows(acts: int) -> float:
    """Return the seconds to insert the same number of rows, each a copy of an imported one."""
    with unrecorded("benchmark") as session:
        columns = Interaction.__table__.columns
        sample = session.execute(Interaction.__table__.select().limit(1)).mappings().one()
    row = {column.key: sample[column.key] for column in columns}
    started = time.perf_counter()
    for first in range(0, acts, BATCH):
        rows = [row | {"id": new_id()} for _ in range(first, min(first + BATCH, acts))]
        with unrecorded("benchmark") as session:
            session.execute(insert(Interaction.__table__), rows)
    return time.perf_counter() - started


def _rate(acts: int, seconds: float) -> str:
    return f"{seconds:.2f} s, {acts / seconds:,.0f} a second"


def peak_memory() -> float:
    """Return the most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare_sizes() -> None:
    """Measure a small and a large import, and print what each further row costs."""
    peaks = []
    for acts in SIZES:
        command = [sys.executable, "-m", "benchmarks.imports", str(acts)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(output)
        peaks.append(float(output.partition("peak of memory ")[2].partition(" MiB")[0]))
    growth = (peaks[1] - peaks[0]) * 1024**2 / (SIZES[1] - SIZES[0])
    print(f"{growth:.0f} bytes of memory for each further row")


def main(acts: int, url: str) -> None:
    """Import, seal and insert the rows, and print the rates."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_files(folder, acts)
        settings = Settings(
            mode="test",
            data_dir=temporary,
            database_url=url,
            secret_key="b" * 40,
            signing_key="1" * 64,
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            create_transient_tables(app)
            started = time.perf_counter()
            profile = profiles.load_profile(profiles.FOLDER / "decidim.toml")
            slug = f"bench-{datetime.now(UTC):%H%M%S}"
            before = peak_memory()
            prepare_import(ImportRequest(profile, folder, slug)).run()
            import_seconds, peak = time.perf_counter() - started, peak_memory()
            sealed = sealing.seal_log(settings)
            total_seconds = time.perf_counter() - started
            insert_seconds = insert_rows(acts)
            db.session.remove()
            db.engine.dispose()
        app.extensions["transient"].dispose()
    print(f"{acts} acts imported: {_rate(acts, import_seconds)}")
    print(f"peak of memory {peak:.0f} MiB, {peak - before:.0f} MiB of it for the import")
    print(f"imported and sealed ({sealed} rows): {_rate(acts, total_seconds)}")
    print(f"plain inserts of as many rows: {_rate(acts, insert_seconds)}")
    print(f"an import takes {import_seconds / insert_seconds:.1f} times as long as plain inserts")


if __name__ == "__main__":
    if arguments := sys.argv[1:]:
        main(int(arguments[0]), arguments[1] if len(arguments) > 1 else "")
    else:
        compare_sizes()

"""How fast acts come from files into the log, against a bare loop of inserts in the same run.

    python benchmarks/imports.py [ACTS] [DATABASE_URL]

Writes files in Decidim's layout, imports them (reading, cleaning, people, counters, leaves, rows),
seals them, and prints acts a second and the ratio to inserting as many rows of the log, 500 a
transaction, with nothing computed at all.
"""

import csv
import logging
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app, sealing
from deliberate.config import Settings
from deliberate.database import db, make_transient, new_id, unrecorded
from deliberate.imports import profiles
from deliberate.imports.run import Order, begin
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


def write_files(folder: Path, acts: int) -> None:
    """Proposals and comments, one in six a proposal, one comment in four a reply, all different."""
    lot = random.Random(1)
    proposals = acts // 6
    with (folder / "proposals.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(PROPOSALS.split())
        for number in range(1, proposals + 1):
            title, body = _words(lot, 6), _words(lot, 40)
            out.writerow(
                [
                    number,
                    title,
                    body,
                    "",
                    "",
                    "citizen",
                    "accepted",
                    f"u{lot.randrange(acts // 8)}",
                    "2020-01-01",
                    3,
                    "",
                ]
            )
    with (folder / "comments.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COMMENTS.split())
        places: list[int] = []
        for number in range(acts - proposals):
            is_reply = number % 4 == 0 and number > 0
            parent = lot.randrange(number) if is_reply else ""
            places.append(places[parent] if is_reply else lot.randrange(1, proposals + 1))
            moment = START + timedelta(days=1, minutes=number)
            out.writerow(
                [
                    number,
                    places[-1],
                    parent,
                    f"u{lot.randrange(acts // 8)}",
                    moment.isoformat(),
                    lot.choice((-1, 0, 1)),
                    f"<p>{_words(lot, 40)}</p>",
                ]
            )


def _words(lot: random.Random, count: int) -> str:
    return " ".join(lot.choices(WORDS, k=count)).capitalize() + "."


def bare(acts: int) -> float:
    """Seconds to insert as many rows, each a copy of the last imported one."""
    with unrecorded("benchmark") as session:
        columns = Interaction.__table__.columns
        last = session.execute(Interaction.__table__.select().limit(1)).mappings().one()
    row = {column.key: last[column.key] for column in columns} | {"seq": None, "form_key": None}
    started = time.perf_counter()
    for first in range(0, acts, BATCH):
        rows = [row | {"id": new_id()} for _ in range(first, min(first + BATCH, acts))]
        with unrecorded("benchmark") as session:
            session.execute(insert(Interaction.__table__), rows)
    return time.perf_counter() - started


def main(acts: int, url: str) -> None:
    """Import, seal, insert, print."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_files(folder, acts)
        settings = Settings(
            mode="test", data_dir=place, database_url=url, secret_key="b" * 40, signing_key="1" * 64
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            make_transient(app)
            started = time.perf_counter()
            profile = profiles.load(profiles.FOLDER / "decidim.toml")
            slug = f"bench-{datetime.now(UTC):%H%M%S}"
            begin(Order(profile, folder, slug)).run()
            taken = time.perf_counter() - started
            sealed = sealing.seal_log(settings)
            whole = time.perf_counter() - started
            loop = bare(acts)
            db.session.remove()
            db.engine.dispose()
        app.extensions["transient"].dispose()
    print(f"{acts} acts from files to log: {taken:.2f} s, {acts / taken:,.0f} a second")
    print(f"sealed ({sealed} rows) as well: {whole:.2f} s, {acts / whole:,.0f} a second")
    print(f"bare inserts of as many rows: {loop:.2f} s, {acts / loop:,.0f} a second")
    print(f"an import costs {taken / loop:.1f} times a bare insert")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 20_000, given[1] if len(given) > 1 else "")

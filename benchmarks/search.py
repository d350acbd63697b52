"""Measure searches among many comments, on SQLite and, if it is installed, on PostgreSQL.

    python -m benchmarks.search [--comments N]

Words are drawn with a realistic distribution: a few occur in nearly every comment, most in very
few. Each search runs several times; the slowest run counts.
"""

import argparse
import itertools
import random
import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, unrecorded
from deliberate.models import Comment, Process, Proposal
from deliberate.queries.search.query import SearchQuery, search_texts
from tests import postgres

SYLLABLES = "ba be bi bo da di du ga ha ja ka ke ki ku la li lo ma mi mu na ni pa ra ri sa ta tu"
LIMIT = 50
"""The maximum duration of a search in milliseconds."""


def vocabulary(size: int) -> list[str]:
    """Return random words, each once."""
    parts = SYLLABLES.split()
    drawn = ("".join(random.choices(parts, k=random.choice([2, 3, 3, 4]))) for _ in iter(int, 1))
    return list(itertools.islice(dict.fromkeys(itertools.islice(drawn, size * 3)), size))


def fill(words: list[str], comments: int) -> None:
    """Insert comments, and a proposal for every hundred of them."""
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(words))))

    def random_text() -> str:
        return " ".join(random.choices(words, cum_weights=weights, k=random.randint(20, 80)))

    common = {"body_html": "", "renderer": "x", "language": "id"}
    with unrecorded("test settings") as session:
        session.add(Process(id=1, slug="p", title="P"))
        session.flush()
        rows: list[dict[str, Any]] = [
            {"id": n, "process_id": 1, "title": random_text()[:80], "body": random_text(), **common}
            for n in range(1, comments // 100 + 1)
        ]
        session.execute(insert(Proposal), rows)
        for first in range(1, comments + 1, 5000):
            ids = range(first, min(first + 5000, comments + 1))
            rows = [
                {"proposal_id": n % (comments // 100) + 1, "body": random_text(), **common}
                for n in ids
            ]
            session.execute(insert(Comment), rows)
    with unrecorded("test settings") as session:
        session.execute(text("ANALYZE"))


def searches(words: list[str]) -> Iterator[tuple[str, SearchQuery]]:
    """Yield searches for words of different frequencies and for several words at once."""
    for name, rank in (("common", 0), ("frequent", 20), ("rare", 2000), ("hardly any", 15000)):
        yield name, SearchQuery(words[rank], "comments")
    yield "two common", SearchQuery(f"{words[0]} {words[1]}", "comments")
    yield "common and rare", SearchQuery(f"{words[0]} {words[2000]}", "comments")
    yield "three frequent", SearchQuery(" ".join(words[30:33]), "comments")
    yield "eight words", SearchQuery(" ".join(words[3:11]), "comments")
    yield "a later page", SearchQuery(words[5], "comments", after=2000)
    yield "one process", SearchQuery(words[50], "comments", process="p")


def measure(url: str, comments: int) -> float:
    """Fill a database, run the searches, and return the slowest duration in milliseconds."""
    with TemporaryDirectory() as folder:
        settings = Settings(mode="test", data_dir=folder, database_url=url, secret_key="b" * 40)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            create_transient_tables(app)
            random.seed(7)
            words = vocabulary(20000)
            start = time.perf_counter()
            fill(words, comments)
            engine = db.engine.dialect.name
            print(f"{engine}: wrote {comments} comments in {time.perf_counter() - start:.0f} s")
            slowest = max(run(name, terms) for name, terms in searches(words))
            db.session.remove()
            db.engine.dispose()
        app.extensions["transient"].dispose()
    print(f"{engine}: slowest {slowest:.1f} ms, limit {LIMIT} ms")
    return slowest


def run(name: str, terms: SearchQuery) -> float:
    """Return the slowest of five runs in milliseconds, after one run to warm up."""
    durations = []
    for _ in range(6):
        db.session.rollback()
        start = time.perf_counter()
        count = len(search_texts(terms))
        durations.append((time.perf_counter() - start) * 1000)
    print(f"  {name:<16}{max(durations[1:]):7.1f} ms, {count} found (first run {durations[0]:.1f})")
    return max(durations[1:])


def main() -> int:
    """Measure both engines and return 1 if one of them is too slow."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--comments", type=int, default=100_000)
    comments = parser.parse_args().comments
    slowest = [measure("", comments)]
    binaries = postgres.find_binaries()
    if binaries is None:
        print("postgresql: not installed, not measured")
    else:
        slowest.append(on_postgres(postgres.PostgresServer(binaries), comments))
    return int(max(slowest) > LIMIT)


def on_postgres(server: postgres.PostgresServer, comments: int) -> float:
    """Measure PostgreSQL on a server started for this purpose."""
    url = server.start()
    try:
        return measure(url, comments)
    finally:
        server.stop()


if __name__ == "__main__":
    raise SystemExit(main())

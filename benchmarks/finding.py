"""What a search costs among many comments, on SQLite and, where there is one, on PostgreSQL.

    python -m benchmarks.finding [--comments N]

Words are drawn as people use them: a few in nearly every comment, most in very few. Each question
is asked several times; the slowest answer counts.
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
from deliberate.database import db, make_transient, unrecorded
from deliberate.models import Comment, Process, Proposal
from deliberate.queries.search.query import Asked, texts_found
from tests import postgres

SYLLABLES = "ba be bi bo da di du ga ha ja ka ke ki ku la li lo ma mi mu na ni pa ra ri sa ta tu"
LIMIT = 50
"""Milliseconds that a search may take."""


def vocabulary(size: int) -> list[str]:
    """So many made-up words."""
    parts = SYLLABLES.split()
    made = ("".join(random.choices(parts, k=random.choice([2, 3, 3, 4]))) for _ in iter(int, 1))
    return list(itertools.islice(dict.fromkeys(itertools.islice(made, size * 3)), size))


def fill(words: list[str], comments: int) -> None:
    """A proposal for every hundred comments."""
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(words))))

    def said() -> str:
        return " ".join(random.choices(words, cum_weights=weights, k=random.randint(20, 80)))

    common = {"body_html": "", "renderer": "x", "language": "id"}
    with unrecorded("test settings") as session:
        session.add(Process(id=1, slug="p", title="P"))
        session.flush()
        rows: list[dict[str, Any]] = [
            {"id": n, "process_id": 1, "title": said()[:80], "body": said(), **common}
            for n in range(1, comments // 100 + 1)
        ]
        session.execute(insert(Proposal), rows)
        for first in range(1, comments + 1, 5000):
            numbers = range(first, min(first + 5000, comments + 1))
            rows = [
                {"proposal_id": n % (comments // 100) + 1, "body": said(), **common}
                for n in numbers
            ]
            session.execute(insert(Comment), rows)
    with unrecorded("test settings") as session:
        session.execute(text("ANALYZE"))


def questions(words: list[str]) -> Iterator[tuple[str, Asked]]:
    """Words that nearly all have, that some have, that hardly any has; and all at once."""
    for name, rank in (("common", 0), ("frequent", 20), ("rare", 2000), ("hardly any", 15000)):
        yield name, Asked(words[rank], "comments")
    yield "two common", Asked(f"{words[0]} {words[1]}", "comments")
    yield "common and rare", Asked(f"{words[0]} {words[2000]}", "comments")
    yield "three frequent", Asked(" ".join(words[30:33]), "comments")
    yield "eight", Asked(" ".join(words[3:11]), "comments")
    yield "a later page", Asked(words[5], "comments", after=2000)
    yield "one process", Asked(words[50], "comments", process="p")


def measure(url: str, comments: int) -> float:
    """Fill a house and ask; prints milliseconds, gives the slowest."""
    with TemporaryDirectory() as place:
        settings = Settings(mode="test", data_dir=place, database_url=url, secret_key="b" * 40)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            make_transient(app)
            random.seed(7)
            words = vocabulary(20000)
            start = time.perf_counter()
            fill(words, comments)
            engine = db.engine.dialect.name
            print(f"{engine}: {comments} comments written in {time.perf_counter() - start:.0f} s")
            slowest = max(ask(name, asked) for name, asked in questions(words))
            db.session.remove()
            db.engine.dispose()
        app.extensions["transient"].dispose()
    print(f"{engine}: slowest {slowest:.1f} ms, the limit is {LIMIT}")
    return slowest


def ask(name: str, asked: Asked) -> float:
    """Milliseconds of the slowest of five answers, the first one aside."""
    took = []
    for _ in range(6):
        db.session.rollback()
        start = time.perf_counter()
        found = len(texts_found(asked))
        took.append((time.perf_counter() - start) * 1000)
    print(f"  {name:<16}{max(took[1:]):7.1f} ms, {found} found (first {took[0]:.1f})")
    return max(took[1:])


def main() -> int:
    """Both engines, one after the other; 1 where one of them is too slow."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--comments", type=int, default=100_000)
    comments = parser.parse_args().comments
    slowest = [measure("", comments)]
    programs = postgres.binaries()
    if programs is None:
        print("postgresql: not installed here, not measured")
    else:
        slowest.append(on_postgres(postgres.Server(programs), comments))
    return int(max(slowest) > LIMIT)


def on_postgres(server: postgres.Server, comments: int) -> float:
    """The same on a server started for it."""
    address = server.start()
    try:
        return measure(address, comments)
    finally:
        server.stop()


if __name__ == "__main__":
    raise SystemExit(main())

"""Compare what pages cost with a bare page: CPU of one process, in one run.

    python -m benchmarks.acceptance

The bare page is a Flask application that reads 50 comments from SQLite and renders them. Only
ratios are comparable between machines; they are also written to benchmarks/latest.json.
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from deliberate import create_app
from deliberate.clock import now
from deliberate.commands.demo_city import read_city, seed
from deliberate.commands.startup import freeze_memory, migrate_stores
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Person, Proposal
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.accounts.registration import create_account
from deliberate.operations.scores.stored_scores import store_all_scores
from deliberate.operations.threads.comments import post_comment
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role, Stance

RESULT = Path(__file__).with_name("latest.json")
COMMENTS = 1000
BARE = (
    "<!doctype html><title>Bare</title>{% for name, body in rows %}"
    "<article><h3>{{ name }}</h3><p>{{ body }}</p></article>{% endfor %}"
)
PAGES = {
    "home": "/id/",
    "list": "/id/proposals",
    "process": "/id/processes/kipp-1a",
    "poll": "/id/polls/1",
    "responses": "/id/responses",
    "scoreboard": "/id/scores/kipp-1a",
    "api": "/api/v1/proposals?limit=100",
}
MAX_UNCHANGED_API = 2.0
"""What a 304 of the API may cost: at least half as many a second as bare pages."""
WARM, COLD, SAMPLES = 200, 10, 3


def bare_app(folder: Path) -> Flask:
    """Return the application with the bare page."""
    app, path = Flask("bare"), folder / "bare.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE comment (id INTEGER PRIMARY KEY, name TEXT, body TEXT)")
        database.executemany(
            "INSERT INTO comment (name, body) VALUES (?, ?)",
            [(f"Name {number}", "Some words of a comment. " * 8) for number in range(50)],
        )
    template = app.jinja_env.from_string(BARE)

    @app.get("/")
    def page() -> str:
        database = sqlite3.connect(path)
        rows = database.execute("SELECT name, body FROM comment ORDER BY id").fetchall()
        database.close()
        return template.render(rows=rows)

    return app


def milliseconds(run: Callable[[], object], count: int) -> float:
    """Return the CPU time of one run: the least of some samples, as other work only adds."""
    run()
    samples = []
    for _ in range(SAMPLES):
        start = time.process_time()
        for _ in range(count):
            run()
        samples.append((time.process_time() - start) / count * 1000)
    return min(samples)


def hot_thread(person: Person) -> str:
    """Post the comments of a long thread and return its path."""
    proposal = db.session.get_one(Proposal, 2)
    for number in range(COMMENTS):
        post_comment(person, proposal, f"Argument number {number}.", stance=Stance.FOR)
    return f"/id/proposals/{proposal.id}-{proposal.slug}"


def measure(app: Flask, client: FlaskClient, path: str) -> tuple[float, float, float]:
    """Return the CPU time of a page that is kept, of a 304, and of a page that is made."""
    accepts = {"Accept-Encoding": "gzip"}
    response = client.get(path, headers=accepts)
    if response.status_code != 200:
        raise SystemExit(f"{path}: status {response.status_code}")
    unchanged = {**accepts, "If-None-Match": response.headers["ETag"]}

    def make() -> None:
        app.extensions["page_cache"].clear()
        client.get(path, headers=accepts)

    return (
        milliseconds(lambda: client.get(path, headers=accepts), WARM),
        milliseconds(lambda: client.get(path, headers=unchanged), WARM),
        milliseconds(make, COLD),
    )


def signed_in(app: Flask, token: str) -> FlaskClient:
    """Return the client of a person who has signed in with a token."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


def main() -> None:
    """Print the table and write it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_client = bare_app(folder).test_client()
        app = create_app(Settings(mode="demo", data_dir=name, limits=False))
        migrate_stores(app)
        with app.app_context():
            seed(read_city(), now())
            seal_log(app.config["SETTINGS"])
            store_all_scores()
            person = create_account(None, "bench", "Bench", "a long passphrase", Role.RESIDENT)
            paths = {"proposal": hot_thread(person), **PAGES}
            visitor = create_account(None, "visitor", "Visitor", "a long passphrase", Role.RESIDENT)
            readers = {
                "proposal, signed in": signed_in(app, sign_in(visitor)),
                "proposal, its writer": signed_in(app, sign_in(person)),
            }
        freeze_memory()  # as servers do, so that both pages are measured as they are served
        bare = milliseconds(lambda: bare_client.get("/"), WARM)
        client, result = app.test_client(), {}
        print(f"bare page {bare:.2f} ms of CPU; the others as multiples of it")
        print(f"{'page':<12}{'kept':>8}{'304':>8}{'made':>8}")
        for title, path in paths.items():
            kept, unchanged, made = (cost / bare for cost in measure(app, client, path))
            result[title] = {"kept": kept, "unchanged": unchanged, "made": made}
            print(f"{title:<12}{kept:8.1f}{unchanged:8.1f}{made:8.1f}", flush=True)
        for title, reader in readers.items():
            cost = milliseconds(partial(reader.get, paths["proposal"]), COLD) / bare
            result[title] = {"made": cost}
            print(f"{title:<24}{cost:12.1f}")
    rounded = {
        title: {name: round(value, 1) for name, value in costs.items()}
        for title, costs in result.items()
    }
    RESULT.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
    if (cost := result["api"]["unchanged"]) > MAX_UNCHANGED_API:
        raise SystemExit(f"a 304 of the API costs {cost:.1f} bare pages, not {MAX_UNCHANGED_API}")


if __name__ == "__main__":
    main()

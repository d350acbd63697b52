"""How long a log takes to score, against a plain pandas computation of the same indicators.

    python benchmarks/scores.py [ROWS]

Makes a log of so many rows, writes it as Parquet, scores it with all draws and sensitivity runs,
and prints the ratio to pandas (two indicators' counts, no draws, no runs) in the same run.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from deliberate.citivoice import Log, Process, Scores, score

START = np.datetime64("2024-01-01T00:00:00", "us")
HOURS = 2 * 365 * 24
Columns = dict[str, np.ndarray]


def made_log(rows: int, seed: int = 1) -> Columns:
    """A log of proposals, comments (half of them replies), supports and responses in two years."""
    rng = np.random.default_rng(seed)
    threads, people = max(rows // 60, 20), max(rows // 12, 50)
    kind = rng.choice(4, size=rows, p=[0.0, 0.72, 0.27, 0.01])
    kind[:threads] = 0
    thread = np.where(
        kind == 0, np.arange(rows), (rng.pareto(1.2, rows) * 20).astype(int) % threads
    )
    person = (rng.pareto(0.9, rows) * 30).astype(int) % people
    seconds = np.sort(rng.integers(0, HOURS * 3600, rows))
    places = np.arange(rows)
    kinds = np.array(
        ["proposal.submitted", "comment.posted", "support.given", "response.published"]
    )
    subject = np.where(kind == 0, _named("P", thread), _named("s", places))
    return {
        "seq": places,
        "occurred_at": START + (seconds * 1_000_000).astype("timedelta64[us]"),
        "kind": kinds[kind].astype(object),
        "actor_id": np.where(kind == 3, "office", _named("u", person)).astype(object),
        "actor_role": np.where(kind == 3, "staff", "resident").astype(object),
        "account_class": np.full(rows, "person", dtype=object),
        "process_id": np.full(rows, "X", dtype=object),
        "proposal_id": _named("P", thread),
        "subject_id": subject.astype(object),
        "parent_id": _parents(kind, thread, rng),
        "stance": np.where(kind == 1, rng.integers(-1, 2, rows), 0).astype(np.int64),
        "details": np.where(
            kind == 3, '{"decision":"accepted","reason_chars":90,"grounds":1}', None
        ).astype(object),
    }


def _named(letter: str, numbers: np.ndarray) -> np.ndarray:
    return np.char.add(letter, numbers.astype(str)).astype(object)


def _parents(kind: np.ndarray, thread: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For half of the comments, the comment before them in their thread, or one before that."""
    parents = np.full(len(kind), None, dtype=object)
    comments = np.flatnonzero(kind == 1)
    order = comments[np.argsort(thread[comments], kind="stable")]
    for back in (1, 2, 3):
        same = thread[order[back:]] == thread[order[:-back]]
        chosen = same & (rng.random(len(same)) < 0.25)
        parents[order[back:][chosen]] = _named("s", order[:-back][chosen])
    return parents


def with_pandas(path: str) -> tuple[float, float]:
    """DQ1.1 and the number of turns of dialogue, as one would write them in a notebook."""
    log = pd.read_parquet(path) if _has_arrow() else duckdb.read_parquet(path).df()
    posts = log[log.kind == "comment.posted"]
    posts = posts[(posts.actor_role == "resident") & (posts.account_class == "person")]
    above = posts[["subject_id", "proposal_id", "actor_id", "parent_id"]]
    edges = posts.merge(
        above,
        left_on=["parent_id", "proposal_id"],
        right_on=["subject_id", "proposal_id"],
        suffixes=("", "_up"),
    )
    others = edges[edges.actor_id != edges.actor_id_up]
    before = others.merge(
        above, left_on="parent_id_up", right_on="subject_id", suffixes=("", "_before")
    )
    turns = (before.actor_id == before.actor_id_before).sum()
    return others.parent_id.nunique() / len(posts), float(turns)


def _has_arrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = what()
    return time.perf_counter() - began, found


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "events.parquet")
        duckdb.register("made", made_log(rows))
        duckdb.sql(f"COPY (FROM made) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        duckdb.unregister("made")
        process = Process("made", as_of=datetime(2026, 1, 1), process_id="X")

        def ours() -> Scores:
            return score(Log.from_files(path), process)

        seconds, scores = timed(ours)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        plain, (share, _) = timed(lambda: with_pandas(path))
        found = scores.findings["DQ1.1"].value
    print(f"{rows:,} rows: {seconds:.2f} s, peak {used:,.0f} MB (with the making of the log)")
    print(f"pandas, two indicators: {plain:.2f} s; ratio {seconds / plain:.2f}")
    print(f"DQ1.1 {found:.6f}, by pandas {share:.6f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

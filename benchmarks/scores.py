"""How long a log takes to score, against a plain pandas computation of the same indicators.

    python -m benchmarks.scores [ROWS [--alone]]

Makes a log of so many rows, writes it as Parquet, scores it with all draws and sensitivity runs,
and prints the ratio to pandas (benchmarks/in_pandas.py) in the same run; with --alone without it.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.in_pandas import indicators
from deliberate.citivoice import Log, Process, score

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


@dataclass(frozen=True)
class Timed:
    """How long something took by the clock and in the processors, and what it gave."""

    seconds: float
    worked: float
    found: Any


def timed(what: Callable[[], Any]) -> Timed:
    began, worked = time.perf_counter(), time.process_time()
    found = what()
    return Timed(time.perf_counter() - began, time.process_time() - worked, found)


def main(rows: int, alone: bool) -> None:
    """Time ours first, so that pandas' memory is not counted as ours; each figure is compared."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "events.parquet")
        # The log is made elsewhere: its making is not our memory.
        subprocess.run(
            [sys.executable, "-m", "benchmarks.scores", "--make", path, str(rows)], check=True
        )
        process = Process("made", as_of=datetime(2026, 1, 1), process_id="X")
        ours = timed(lambda: score(Log.from_files(path), process))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        theirs = None if alone else timed(lambda: indicators(path, "2026-01-01"))
    print(f"{rows:,} rows: {ours.seconds:.2f} s, {ours.worked:.2f} s of processors, {peak:,.0f} MB")
    if theirs is not None:
        _set_beside(ours, theirs)


def _set_beside(ours: Timed, theirs: Timed) -> None:
    print(f"pandas: {theirs.seconds:.2f} s, {theirs.worked:.2f} s of processors")
    seconds, worked = theirs.seconds / ours.seconds, theirs.worked / ours.worked
    print(f"ratio {seconds:.1f}, of processors {worked:.1f}")
    for name, finding in ours.found.findings.items():
        if name in theirs.found and finding.value is not None:
            print(f"{name}  {finding.value:.6f}  pandas {theirs.found[name]:.6f}")


def make(path: str, rows: int) -> None:
    duckdb.register("made", made_log(rows))
    duckdb.sql(f"COPY (FROM made) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, "--alone" in sys.argv)

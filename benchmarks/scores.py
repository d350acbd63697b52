"""Measure the scoring of a log, compared with a pandas computation of the same indicators.

    python -m benchmarks.scores [ROWS [--alone | --processes N]]

Generate a log, write it as Parquet, score it with all draws and sensitivity runs, and print the
ratio to pandas (benchmarks/pandas_baseline.py) in the same run; --alone omits pandas. With
--processes, divide the same acts among N processes, score all of them from one pass over the log,
and print the ratio to the scoring of a single process with as many acts.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.pandas_baseline import indicators
from deliberate.citivoice import Log, Process, partitioned, score, score_ahead

START = np.datetime64("2024-01-01T00:00:00", "us")
HOURS = 2 * 365 * 24
Columns = dict[str, np.ndarray]


def generate_log(rows: int, seed: int = 1, processes: int = 0) -> Columns:
    """Return a log of two years: proposals, comments (half are replies), supports, responses.

    The threads belong to one process, or in turn to several.
    """
    rng = np.random.default_rng(seed)
    threads, people = max(rows // 60, 20), max(rows // 12, 50)
    kind = rng.choice(4, size=rows, p=[0.0, 0.72, 0.27, 0.01])
    kind[:threads] = 0
    thread = np.where(
        kind == 0, np.arange(rows), (rng.pareto(1.2, rows) * 20).astype(int) % threads
    )
    person = (rng.pareto(0.9, rows) * 30).astype(int) % people
    seconds = np.sort(rng.integers(0, HOURS * 3600, rows))
    positions = np.arange(rows)
    kinds = np.array(
        ["proposal.submitted", "comment.posted", "support.given", "response.published"]
    )
    subject = np.where(kind == 0, _ids("P", thread), _ids("s", positions))
    return {
        "seq": positions,
        "occurred_at": START + (seconds * 1_000_000).astype("timedelta64[us]"),
        "kind": kinds[kind].astype(object),
        "actor_id": np.where(kind == 3, "office", _ids("u", person)).astype(object),
        "actor_role": np.where(kind == 3, "staff", "resident").astype(object),
        "account_class": np.full(rows, "person", dtype=object),
        "process_id": (
            _ids("", thread % processes) if processes else np.full(rows, "X", dtype=object)
        ),
        "proposal_id": _ids("P", thread),
        "subject_id": subject.astype(object),
        "parent_id": _parents(kind, thread, rng),
        "stance": np.where(kind == 1, rng.integers(-1, 2, rows), 0).astype(np.int64),
        "details": np.where(
            kind == 3, '{"decision":"accepted","reason_chars":90,"grounds":1}', None
        ).astype(object),
    }


def _ids(prefix: str, numbers: np.ndarray) -> np.ndarray:
    return np.char.add(prefix, numbers.astype(str)).astype(object)


def _parents(kind: np.ndarray, thread: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return parents for half of the comments: one of the three before it in the thread."""
    parents = np.full(len(kind), None, dtype=object)
    comments = np.flatnonzero(kind == 1)
    order = comments[np.argsort(thread[comments], kind="stable")]
    for back in (1, 2, 3):
        same = thread[order[back:]] == thread[order[:-back]]
        chosen = same & (rng.random(len(same)) < 0.25)
        parents[order[back:][chosen]] = _ids("s", order[:-back][chosen])
    return parents


@dataclass(frozen=True)
class Measurement:
    """A result with the wall-clock time and the processor time that it took."""

    seconds: float
    processor_seconds: float
    result: Any

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.processor_seconds:.2f} s of processor time"


def measure(work: Callable[[], Any]) -> Measurement:
    start, used = time.perf_counter(), time.process_time()
    result = work()
    return Measurement(time.perf_counter() - start, time.process_time() - used, result)


def main(rows: int, alone: bool) -> None:
    """Measure the scoring, then pandas, so that pandas does not count in the peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "events.parquet")
        # A separate process generates the log, so that this does not count in the peak memory.
        subprocess.run(
            [sys.executable, "-m", "benchmarks.scores", "--make", path, str(rows)], check=True
        )
        process = _process("X")
        ours = measure(lambda: score(Log.from_files(path), process))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        theirs = None if alone else measure(lambda: indicators(path, "2026-01-01"))
    print(f"{rows:,} rows: {ours}, {peak:,.0f} MB")
    if theirs is not None:
        _print_comparison(ours, theirs)


def _print_comparison(ours: Measurement, theirs: Measurement) -> None:
    print(f"pandas: {theirs}")
    seconds = theirs.seconds / ours.seconds
    processor_seconds = theirs.processor_seconds / ours.processor_seconds
    print(f"ratio {seconds:.1f}, of processor time {processor_seconds:.1f}")
    for name, finding in ours.result.findings.items():
        if name in theirs.result and finding.value is not None:
            print(f"{name}  {finding.value:.6f}  pandas {theirs.result[name]:.6f}")


def compare_processes(rows: int, processes: int) -> None:
    """Measure one process with all acts, then the same acts in several processes."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("one.parquet", "several.parquet")]
        for path, number in zip(paths, (0, processes), strict=True):
            options = ["--make", path, str(rows), str(number)]
            subprocess.run([sys.executable, "-m", "benchmarks.scores", *options], check=True)
        one = measure(lambda: score(Log.from_files(paths[0]), _process("X")))
        several = measure(lambda: _score_each(paths[1], [str(n) for n in range(processes)]))
    print(f"{rows:,} rows, one process: {one}")
    print(f"{rows:,} rows, {processes} processes: {several}")
    print(f"ratio {several.seconds / one.seconds:.1f}")


def _process(process_id: str) -> Process:
    return Process("made", as_of=datetime(2026, 1, 1), process_id=process_id)


def _score_each(path: str, process_ids: list[str]) -> None:
    with partitioned(Log.from_files(path), process_ids) as logs:
        tasks = (partial(score, logs[name], _process(name)) for name in process_ids)
        for scores in score_ahead(tasks):
            scores.result()


def write_log(path: str, rows: int, processes: int = 0) -> None:
    duckdb.register("generated", generate_log(rows, processes=processes))
    duckdb.sql(f"COPY (FROM generated) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        write_log(sys.argv[2], *map(int, sys.argv[3:]))
    elif "--processes" in sys.argv:
        compare_processes(int(sys.argv[1]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, "--alone" in sys.argv)

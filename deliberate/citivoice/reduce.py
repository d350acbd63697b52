"""REDUCE: from the rows of the log to the fact tables, by plain SQL."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from .engine import DuckDB, Engine
from .facts import Facts, Table, column, columns_of, tabled
from .log import Log
from .process import Process, as_utc
from .release import WITHHELD
from .spark import Spark
from .weeks import calendar, clock, hour_number, scheduled

# The comments of each scope and sensitivity run, which of those answered count there, and what
# tells a comment whose thread is another than in the scope before: the rest is not counted again.
EVERYONE = "SELECT *, 1 AS p_inside, 1 AS b_inside FROM comments"
COUNTED = (
    "SELECT *, p_counted AS p_inside, b_counted AS b_inside FROM comments WHERE counted = 1",
    "counted = 0 OR (b_person IS NOT NULL AND coalesce(b_counted, 0) = 0)",
)
RUNS = {
    "without_top5": (
        "SELECT *, p_quiet AS p_inside, b_quiet AS b_inside FROM comments WHERE quiet = 1",
        "counted = 1 AND (quiet = 0 OR (b_counted = 1 AND b_quiet = 0))",
    ),
    "without_new": (
        "SELECT *, p_settled AS p_inside, b_settled AS b_inside FROM comments WHERE settled = 1",
        "counted = 1 AND (settled = 0 OR (b_counted = 1 AND b_settled = 0))",
    ),
}
CAPPED = "pair_cap_3"
TOUCHED = "thread IN (SELECT thread FROM touched)"
ENGINES: dict[str, Callable[[str], Engine]] = {"duckdb": DuckDB, "spark": Spark}
ONCE = (
    "person_cells",
    "week_facts",
    "active_facts",
    "cohort_facts",
    "group_facts",
    "coding_facts",
    "rhythm_facts",
    "excluded_facts",
    "response_facts",
)
BY_SCOPE = ("thread_facts", "author_facts", "month_facts", "depth_facts", "stance_facts")


@dataclass(frozen=True)
class Window:
    """A process with what the log settled: where rows begin and end, what the source carries."""

    process: Process
    start: datetime
    as_of: datetime
    carries: frozenset[str] | None


def reduce(log: Log, process: Process, *, people: bool = False, engine: str = "duckdb") -> Facts:
    """Count the log of one process into facts; with `people`, keep `person_facts` in memory.

    Rows count if `seq` is below the head's size and `occurred_at` is before `as_of`. The facts
    are equal from every engine; raises `MissingEngine` for one that is not installed.
    """
    with tempfile.TemporaryDirectory() as spill, ENGINES[engine](spill) as running:
        return _counted(running, log, process, people)


def _counted(engine: Engine, log: Log, process: Process, people: bool) -> Facts:
    settled = _cut(engine, log, process)
    _lay_out(engine, settled)
    tables = _scoped(engine) | {name: _fetch(engine, name) for name in ONCE}
    tables["process_facts"] = _process_facts(tables["process_facts"], engine)
    tables |= _described(settled, engine)
    known = engine.columns("person_facts") if people else None
    return Facts(tables, dict.fromkeys(tables, "rows"), known)


def _cut(engine: Engine, log: Log, process: Process) -> Window:
    """Lay the rows that count as `log`, and settle what the process leaves to the log."""
    engine.load(log)
    engine.view("log", "FROM whole_log" + _where(process))
    span = "SELECT min(occurred_at), max(occurred_at), count(*) FROM log"
    first, last, length = engine.rows(span)[0]
    engine.expect(length)
    as_of = process.as_of or (last or datetime(1970, 1, 1)) + timedelta(microseconds=1)
    start = process.start or first or as_of
    carries = process.carries if process.carries is not None else _carried(engine)
    return Window(process, as_utc(start), as_utc(as_of), carries)


def _where(process: Process) -> str:
    conditions = ["occurred_at IS NOT NULL", "seq IS NOT NULL"]
    if process.as_of is not None:
        moment = as_utc(process.as_of).replace(tzinfo=None)
        conditions.append(f"occurred_at < TIMESTAMP '{moment.isoformat(sep=' ')}'")
    if process.log_size is not None:
        conditions.append(f"seq < {int(process.log_size)}")
    if process.process_id is not None:
        mine = process.process_id.replace("'", "''")
        everywhere = "'account.reclassified', 'group.declared'"
        conditions.append(f"(process_id = '{mine}' OR kind IN ({everywhere}))")
    return " WHERE " + " AND ".join(conditions)


def _carried(engine: Engine) -> frozenset[str] | None:
    imports = engine.rows("SELECT details FROM log WHERE kind = 'process.imported' ORDER BY seq")
    carries = [json.loads(details or "{}").get("carries") for (details,) in imports]
    said = [c.replace(",", " ").split() if isinstance(c, str) else c for c in carries if c]
    return frozenset(criterion for source in said for criterion in source) if said else None


def _lay_out(engine: Engine, window: Window) -> None:
    """Everything that does not depend on a scope: people, acts, comments, weeks, waiting."""
    as_of, zone = window.as_of.replace(tzinfo=None), window.process.zone
    hours = engine.rows("SELECT DISTINCT date_trunc('hour', occurred_at) FROM log")
    engine.given("clock", clock((hour for (hour,) in hours), zone))
    engine.given("ending", {"h": np.array([hour_number(as_of)])})
    engine.given(
        "scopes",
        {
            "scope": np.array(["counted", "without_top5"], dtype=object),
            "drop_loud": np.array([0, 1]),
        },
    )
    engine.make("reclassified", "people", "threads")
    engine.make_view("acts")
    engine.make("deeds", "moderated", "posts", "loudest", "tied", "proposals", "comments", "steps")
    phases = "SELECT subject_id, details FROM log WHERE kind = 'phase.scheduled' ORDER BY seq"
    engine.make("week_counts")
    counts = dict(engine.rows("FROM week_counts"))
    weeks = calendar(counts, scheduled(engine.rows(phases), zone), as_of, zone)
    engine.given("calendar", weeks)
    engine.make("ahead", "person_facts", "responses", "in_force", "codings", "thread_codes")
    _wait(engine)


def _wait(engine: Engine) -> None:
    """How long proposals waited, and what went on around their answers."""
    engine.make("merged", "own_clocks")
    engine.descend("clocks", "own_clocks", "next_clocks")
    engine.make("waits", "waited")
    hours = [
        h
        for (h,) in engine.rows(
            "SELECT w.hours FROM waited AS w JOIN proposals AS p ON p.thread = w.thread"
            " WHERE w.is_answered = 1 AND p.initiator <> 'authority' ORDER BY 1"
        )
    ]
    engine.given("pace", {"hours": np.array(hours[(len(hours) - 1) // 2 :][:1], dtype=np.int64)})
    engine.make("moments", "before_moments", "after_moments", "dialogues", "follow_ups", "audits")


def _scoped(engine: Engine) -> dict[str, Table]:
    """The facts of every scope and sensitivity run, one after the other."""
    parts: dict[str, list[Table]] = {name: [] for name in (*BY_SCOPE, "process_facts", "run_facts")}
    engine.table("muted", "SELECT seq FROM comments WHERE 1 = 0")
    rings = _grow(engine, EVERYONE)
    _gather(engine, parts, "everyone")
    comments, changed = COUNTED
    if _touch(engine, f"SELECT DISTINCT thread FROM comments WHERE {changed}"):
        rings += _grow(engine, comments)
    _gather(engine, parts, "counted")
    engine.table("whole_talk", "FROM thread_talk")
    parts["run_facts"].append(_capped(engine))
    for run, (comments, changed) in RUNS.items():
        _touch(engine, f"SELECT DISTINCT thread FROM comments WHERE {changed}")
        _plant(engine, f"FROM ({comments}) AS c WHERE {TOUCHED}", shaped=rings > 0)
        parts["run_facts"].append(_again(engine, run))
    return {name: _stacked(tables) for name, tables in parts.items()}


def _grow(engine: Engine, comments: str) -> int:
    """The whole of one scope: who talked with whom, and the shape of its trees."""
    rings = _plant(engine, comments)
    engine.make("edges", "thread_pairs", "thread_talk", "hanging", "above")
    engine.descend("lifted", "above", "next_above")
    engine.make("below", "thread_shape")
    return rings


def _gather(engine: Engine, parts: dict[str, list[Table]], scope: str) -> None:
    for name in BY_SCOPE:
        parts[name].append(_fetch(engine, name, scope))
    parts["process_facts"].append(_tiny(engine, scope))


def _touch(engine: Engine, threads: str) -> int:
    """Name the threads that are others than in the scope before; say how many."""
    engine.table("touched", threads)
    return engine.length("touched")


def _again(engine: Engine, run: str) -> Table:
    """A sensitivity run: the threads it touches counted again, the others as they were."""
    engine.make("edges", "thread_pairs", "thread_talk")
    engine.table("same", f"FROM whole_talk WHERE NOT {TOUCHED}")
    engine.append("thread_talk", "same")
    return _fetch(engine, "run_facts", run)


def _plant(engine: Engine, comments: str, shaped: bool = True) -> int:
    """Place one scope's comments by one join a level; say how many were on or below a cycle.

    Where nobody's comments form a cycle, those of fewer people form none: levels can be left out.
    """
    engine.view("kept", comments)
    engine.make("links")
    engine.view("nodes", "FROM links")
    if not shaped:
        return 0
    engine.make("replies")
    rings = engine.length("links") - engine.descend("placed", "placed", "next_level")
    if rings:
        engine.make("cut_nodes", "stranded")
        engine.view("nodes", "FROM cut_nodes")
        engine.append("placed", "stranded")
    return rings


def _capped(engine: Engine) -> Table:
    """The counted trees again, with what two people say beyond three replies heard as no answer."""
    engine.make("capped")
    engine.table("muted", "FROM capped")
    _touch(engine, "SELECT DISTINCT c.thread FROM comments AS c JOIN muted AS m ON m.seq = c.seq")
    engine.table("heard", f"FROM nodes WHERE {TOUCHED}")
    engine.view("nodes", "FROM heard")
    found = _again(engine, CAPPED)
    engine.table("muted", "SELECT seq FROM comments WHERE 1 = 0")
    return found


def _tiny(engine: Engine, scope: str) -> Table:
    values: dict[str, Any] = {"scope": scope}
    for name in ("pair_facts", "talker_facts", "latency_facts"):
        values |= {c: v[0] for c, v in engine.columns(engine.select(name)).items()}
    return _row("process_facts", values)


def _process_facts(table: Table, engine: Engine) -> Table:
    for name in ("moderation_facts", "recent_facts"):
        for c, values in engine.columns(engine.select(name)).items():
            table[c] = np.full(len(table["scope"]), int(values[0]), dtype=np.int64)
    return table


def _row(name: str, values: dict[str, Any]) -> Table:
    return tabled(name, [[values.get(c) for c in columns_of(name)]])


def _fetch(engine: Engine, name: str, scope: str | None = None) -> Table:
    found = engine.columns(engine.select(name))
    size = len(next(iter(found.values())))
    if scope is not None:
        found["scope"] = np.full(size, scope, dtype=object)
    return {c: column(kind, found[c].tolist()) for c, kind in columns_of(name).items()}


def _stacked(tables: list[Table]) -> Table:
    return {c: np.concatenate([table[c] for table in tables]) for c in tables[0]}


def _described(window: Window, engine: Engine) -> dict[str, Table]:
    """The process itself as tables, so that a release can be judged from its files alone."""
    process = window.process
    read = {kind for (kind,) in engine.rows("SELECT DISTINCT kind FROM log")}
    said = {
        "process": process.slug,
        "timezone": process.timezone,
        "start": window.start.isoformat(),
        "as_of": window.as_of.isoformat(),
        "log_size": process.log_size,
        "log_root": process.log_root,
        "carries": None if window.carries is None else " ".join(sorted(window.carries)) or "-",
        "private_kinds": " ".join(sorted(read & set(WITHHELD))),
    }
    shares = [
        (name, band, share)
        for name, bands in sorted(process.population.items())
        for band, share in sorted(bands.items())
    ]
    districts = [("district", name, None) for name in sorted(process.districts)]
    return {
        "window_facts": _row("window_facts", said),
        "population_facts": tabled("population_facts", [*shares, *districts]),
    }

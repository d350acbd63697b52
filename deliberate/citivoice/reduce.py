"""REDUCE: from the rows of the log to the fact tables, by plain SQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np

from deliberate.citivoice.engine import DuckDB, Engine
from deliberate.citivoice.facts import Facts, Table, tabled
from deliberate.citivoice.log import Log, UnreadableLog, said_in
from deliberate.citivoice.process import Process, as_utc
from deliberate.citivoice.release import WITHHELD
from deliberate.citivoice.scopes import fetch, row_of, scoped
from deliberate.citivoice.spark import Spark
from deliberate.citivoice.weeks import calendar, clock, hour_number, scheduled

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


@dataclass(frozen=True)
class Window:
    """A process with what the log settled: where rows begin and end, what the source carries."""

    process: Process
    start: datetime
    as_of: datetime
    carries: frozenset[str] | None


def reduce(
    log: Log,
    process: Process,
    *,
    people: bool = False,
    pictures: bool = False,
    engine: str = "duckdb",
) -> Facts:
    """Count the log of one process into facts; with `people`, keep `person_facts` in memory, and
    with `pictures` what the reply network and the shape of threads are drawn from.

    Rows count if `seq` is below the head's size and `occurred_at` is before `as_of`. The facts
    are equal from every engine; raises `MissingEngine` for one that is not installed and
    `UnreadableLog` for rows that are no interaction log.
    """
    with tempfile.TemporaryDirectory() as spill, ENGINES[engine](spill) as running:
        try:
            return _counted(running, log, process, people, pictures)
        except duckdb.InvalidInputException as error:
            # Details that are no JSON stop a statement far from where the rows were read.
            raise UnreadableLog(str(error).splitlines()[0]) from error


def _counted(engine: Engine, log: Log, process: Process, people: bool, pictures: bool) -> Facts:
    settled = _cut(engine, log, process)
    _lay_out(engine, settled)
    tables, drawn = scoped(engine, pictures)
    tables |= {name: fetch(engine, name) for name in ONCE}
    tables["process_facts"] = _process_facts(tables["process_facts"], engine)
    tables |= _described(settled, engine)
    known = engine.columns(engine.select("person_days")) if people else None
    return Facts(tables, dict.fromkeys(tables, "rows"), known, drawn)


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
    carries = [said_in(details, "process.imported").get("carries") for (details,) in imports]
    said = [c.replace(",", " ").split() if isinstance(c, str) else c for c in carries if c]
    if not all(isinstance(source, list) for source in said):
        raise UnreadableLog("what a process.imported carries is no list of criteria")
    return frozenset(str(criterion) for source in said for criterion in source) if said else None


def _lay_out(engine: Engine, window: Window) -> None:
    """Everything that does not depend on a scope: people, acts, comments, weeks, waiting."""
    as_of, zone = window.as_of.replace(tzinfo=None), window.process.zone
    hours = engine.rows("SELECT DISTINCT date_trunc('hour', occurred_at) FROM log")
    engine.given("clock", clock((hour for (hour,) in hours), zone))
    engine.table("days", "SELECT DISTINCT day, week FROM clock")
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
    engine.make("deeds", "moderated", "posts", "loudest", "proposals")
    _tie(engine)
    engine.make("comments", "steps", "person_weeks")
    engine.drop("tied")
    phases = "SELECT subject_id, details FROM log WHERE kind = 'phase.scheduled' ORDER BY seq"
    engine.make("week_counts")
    counts = dict(engine.rows("FROM week_counts"))
    weeks = calendar(counts, scheduled(engine.rows(phases), zone), as_of, zone)
    engine.given("calendar", weeks)
    engine.make("ahead", "person_facts", "responses", "in_force", "codings", "thread_codes")
    _wait(engine)


def _tie(engine: Engine) -> None:
    """Each comment with the one it replies to, found by its id.

    Ids are sorted out only where a log holds one twice: then a comment was found twice, unless
    it named itself.
    """
    engine.view("found_posts", "FROM posts")
    engine.make("tied")
    itself = "SELECT count(*) FROM posts WHERE parent_id = subject_id"
    if engine.length("tied") > engine.length("posts") or engine.rows(itself)[0][0]:
        engine.make_view("first_posts")
        engine.view("found_posts", "FROM first_posts")
        engine.make("tied")


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
    engine.make("moments", "before_moments", "person_spans", "after_moments")
    engine.make("dialogues", "follow_ups", "audits")


def _process_facts(table: Table, engine: Engine) -> Table:
    for name in ("moderation_facts", "recent_facts", "meeting_facts", "opened_facts"):
        for c, values in engine.columns(engine.select(name)).items():
            table[c] = np.full(len(table["scope"]), int(values[0]), dtype=np.int64)
    return table


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
        "window_facts": row_of("window_facts", said),
        "population_facts": tabled("population_facts", [*shares, *districts]),
    }

"""REDUCE: count the rows of a log into fact tables by SQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np

from deliberate.citivoice.inputs.log import Log, UnreadableLog, parse_details
from deliberate.citivoice.inputs.process import Process, as_utc
from deliberate.citivoice.inputs.release import WITHHELD
from deliberate.citivoice.reduction.engine import DuckDB, Engine
from deliberate.citivoice.reduction.facts import Facts, Table, table_from_rows
from deliberate.citivoice.reduction.scopes import fact_table, facts_by_scope, single_row_table
from deliberate.citivoice.reduction.spark import Spark
from deliberate.citivoice.reduction.weeks import calendar, hour_number, hour_table, phases_from_log

ENGINES: dict[str, Callable[[str], Engine]] = {"duckdb": DuckDB, "spark": Spark}
UNSCOPED_FACTS = (
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
    """A process with its resolved window: start, end, and the criteria its source supports."""

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
    """Return the facts of one process, counted from its log.

    With `people`, `person_facts` are included in memory; with `pictures`, the data for the reply
    network and the thread shapes. A row counts if `seq` is below the tree head's size and
    `occurred_at` is before `as_of`. All engines return equal facts. Raises `MissingEngine` for an
    engine that is not installed and `UnreadableLog` for rows that are not an interaction log.
    """
    with tempfile.TemporaryDirectory() as spill, ENGINES[engine](spill) as running:
        try:
            return _count(running, log, process, people, pictures)
        except duckdb.InvalidInputException as error:
            # Invalid JSON in details fails in a statement far from where the rows were read.
            raise UnreadableLog(str(error).splitlines()[0]) from error


def _count(engine: Engine, log: Log, process: Process, people: bool, pictures: bool) -> Facts:
    window = _select_log(engine, log, process)
    _build_base_tables(engine, window)
    tables, picture_rows = facts_by_scope(engine, pictures)
    tables |= {name: fact_table(engine, name) for name in UNSCOPED_FACTS}
    tables["process_facts"] = _process_facts(tables["process_facts"], engine)
    tables |= _process_tables(window, engine)
    person_days = engine.columns(engine.select("person_days")) if people else None
    return Facts(tables, dict.fromkeys(tables, "rows"), person_days, picture_rows)


def _select_log(engine: Engine, log: Log, process: Process) -> Window:
    """Create the view `log` of the rows that count, and return the resolved window."""
    engine.load(log)
    engine.view("log", "FROM whole_log" + _log_conditions(process))
    span = "SELECT min(occurred_at), max(occurred_at), count(*) FROM log"
    first, last, length = engine.rows(span)[0]
    engine.expect(length)
    as_of = process.as_of or (last or datetime(1970, 1, 1)) + timedelta(microseconds=1)
    start = process.start or first or as_of
    carries = process.carries if process.carries is not None else _imported_criteria(engine)
    return Window(process, as_utc(start), as_utc(as_of), carries)


def _log_conditions(process: Process) -> str:
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


def _imported_criteria(engine: Engine) -> frozenset[str] | None:
    imports = engine.rows("SELECT details FROM log WHERE kind = 'process.imported' ORDER BY seq")
    carries = [parse_details(details, "process.imported").get("carries") for (details,) in imports]
    lists = [c.replace(",", " ").split() if isinstance(c, str) else c for c in carries if c]
    if not all(isinstance(criteria, list) for criteria in lists):
        raise UnreadableLog("the detail `carries` of a process.imported is not a list of criteria")
    return frozenset(str(name) for criteria in lists for name in criteria) if lists else None


def _build_base_tables(engine: Engine, window: Window) -> None:
    """Build what does not depend on a scope: people, acts, comments, weeks and waiting times."""
    _build_time_tables(engine, window)
    engine.table_from_columns(
        "scopes",
        {
            "scope": np.array(["counted", "without_top5"], dtype=object),
            "drop_loud": np.array([0, 1]),
        },
    )
    engine.run("reclassified", "people", "threads")
    engine.run_view("acts")
    engine.run("process_acts", "moderated_comments", "posts", "most_active_authors", "proposals")
    _link_replies(engine)
    engine.run("comments", "participation_acts", "person_weeks")
    engine.drop("linked_posts")
    _build_calendar(engine, window)
    engine.run(
        "weeks_ahead", "person_facts", "responses", "responses_in_force", "codings", "thread_codes"
    )
    _build_waiting_times(engine)


def _build_time_tables(engine: Engine, window: Window) -> None:
    """Build the hours and days of the log in the zone of the process, and the hour it ends."""
    as_of, zone = window.as_of.replace(tzinfo=None), window.process.zone
    hours = engine.rows("SELECT DISTINCT date_trunc('hour', occurred_at) FROM log")
    engine.table_from_columns("hour_calendar", hour_table((hour for (hour,) in hours), zone))
    engine.table("days", "SELECT DISTINCT day, week FROM hour_calendar")
    engine.table_from_columns("scoring_end", {"h": np.array([hour_number(as_of)])})


def _build_calendar(engine: Engine, window: Window) -> None:
    """Build the weeks of the process with whether each is open and full."""
    as_of, zone = window.as_of.replace(tzinfo=None), window.process.zone
    phases = "SELECT subject_id, details FROM log WHERE kind = 'phase.scheduled' ORDER BY seq"
    engine.run("week_counts")
    counts = dict(engine.rows("FROM week_counts"))
    weeks = calendar(counts, phases_from_log(engine.rows(phases), zone), as_of, zone)
    engine.table_from_columns("calendar", weeks)


def _link_replies(engine: Engine) -> None:
    """Link each comment to the one it replies to, by id.

    Duplicate ids are resolved only where a log has them: a comment then matches twice, unless it is
    its own parent.
    """
    engine.view("linkable_posts", "FROM posts")
    engine.run("linked_posts")
    itself = "SELECT count(*) FROM posts WHERE parent_id = subject_id"
    if engine.count_rows("linked_posts") > engine.count_rows("posts") or engine.rows(itself)[0][0]:
        engine.run_view("first_posts")
        engine.view("linkable_posts", "FROM first_posts")
        engine.run("linked_posts")


def _build_waiting_times(engine: Engine) -> None:
    """Build how long proposals waited for a response, and participation before and after it."""
    engine.run("merged_proposals", "clock_starts")
    engine.table_by_levels("clocks", "clock_starts", "inherited_clocks")
    engine.run("waiting_periods", "waiting_times")
    hours = [
        h
        for (h,) in engine.rows(
            "SELECT w.hours FROM waiting_times AS w JOIN proposals AS p ON p.thread = w.thread"
            " WHERE w.is_answered = 1 AND p.initiator <> 'authority' ORDER BY 1"
        )
    ]
    engine.table_from_columns(
        "usual_answer_time", {"hours": np.array(hours[(len(hours) - 1) // 2 :][:1], dtype=np.int64)}
    )
    engine.run("answer_moments", "people_before_answer", "person_spans", "people_after_answer")
    engine.run("answer_dialogues", "accepted_proposals", "answer_audits")


def _process_facts(table: Table, engine: Engine) -> Table:
    for name in ("moderation_facts", "recent_facts", "meeting_facts", "opened_facts"):
        for c, values in engine.columns(engine.select(name)).items():
            table[c] = np.full(len(table["scope"]), int(values[0]), dtype=np.int64)
    return table


def _process_tables(window: Window, engine: Engine) -> dict[str, Table]:
    """Return the process as tables, so that a release can be scored from its files alone."""
    process = window.process
    kinds = {kind for (kind,) in engine.rows("SELECT DISTINCT kind FROM log")}
    values = {
        "process": process.slug,
        "timezone": process.timezone,
        "start": window.start.isoformat(),
        "as_of": window.as_of.isoformat(),
        "log_size": process.log_size,
        "log_root": process.log_root,
        "carries": None if window.carries is None else " ".join(sorted(window.carries)) or "-",
        "private_kinds": " ".join(sorted(kinds & set(WITHHELD))),
    }
    return {
        "window_facts": single_row_table("window_facts", values),
        "population_facts": _population_table(process),
    }


def _population_table(process: Process) -> Table:
    """Return the shares of the population by field and band, and the districts without a share."""
    shares = [
        (name, band, share)
        for name, bands in sorted(process.population.items())
        for band, share in sorted(bands.items())
    ]
    districts = [("district", name, None) for name in sorted(process.districts)]
    return table_from_rows("population_facts", [*shares, *districts])

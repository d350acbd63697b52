"""REDUCE: count the rows of a log into fact tables by SQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from deliberate.citivoice.inputs.log import (
    KINDS_OF_EVERY_PROCESS,
    Log,
    UnreadableLog,
    parse_details,
)
from deliberate.citivoice.inputs.process import Process, as_utc
from deliberate.citivoice.inputs.release import PROCESS_TABLES, WITHHELD
from deliberate.citivoice.reduction.engine import DuckDB, Engine
from deliberate.citivoice.reduction.facts import (
    SCHEMA,
    Facts,
    Table,
    single_row_table,
    stacked,
    table_from_rows,
    typed_table,
)
from deliberate.citivoice.reduction.graph import SCOPES, reduction_graph
from deliberate.citivoice.reduction.runner import Columns, run_steps
from deliberate.citivoice.reduction.sources import table_sources
from deliberate.citivoice.reduction.spark import Spark
from deliberate.citivoice.reduction.weeks import beginning_of_week

ENGINES: dict[str, Callable[[str], Engine]] = {"duckdb": DuckDB, "spark": Spark}
PERSON_DAYS = "person_days"
PICTURES = {"pair_picture": "counted.pair_picture", "shape_picture": "counted.shape_picture"}
"""Facts on request beside those of the schema: single people, and the steps of a few charts."""


@dataclass(frozen=True)
class Window:
    """A process with its resolved window: start, end, and the criteria its source supports."""

    process: Process
    start: datetime
    as_of: datetime
    carries: frozenset[str] | None
    rows: int


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
    window = select_log(engine, log, process)
    left_out = {*([] if people else [PERSON_DAYS]), *([] if pictures else PICTURES.values())}
    graph = reduction_graph()
    steps = graph.ordered(name for name in graph.facts() if name not in left_out)
    made = table_sources(engine, window.as_of.replace(tzinfo=None), process.zone)
    found = run_steps(engine, steps, made)
    tables = {name: _fact_table(name, found) for name in SCHEMA if name not in PROCESS_TABLES}
    tables |= _process_tables(window, engine)
    return Facts(
        tables,
        dict.fromkeys(tables, "rows"),
        found.get(PERSON_DAYS),
        {name: _rows(found[step]) for name, step in PICTURES.items() if pictures},
    )


def _fact_table(name: str, found: Mapping[str, Columns]) -> Table:
    """Return a fact table from the columns of its step, or of its step in each scope."""
    if name in found:
        return typed_table(name, found[name])
    scoped = {scope: found[f"{scope}.{name}"] for scope in SCOPES if f"{scope}.{name}" in found}
    return stacked([typed_table(name, columns, scope) for scope, columns in scoped.items()])


def _rows(columns: Columns) -> list[list[Any]]:
    values = (column.tolist() for column in columns.values())
    return sorted(list(row) for row in zip(*values, strict=True))


def select_log(engine: Engine, log: Log, process: Process) -> Window:
    """Create the view `log` of the rows that count, and return the resolved window."""
    engine.load(log)
    engine.view("log", "FROM whole_log" + _log_conditions(process))
    span = "SELECT min(occurred_at), max(occurred_at), count(*) FROM log"
    first, last, length = engine.rows(span)[0]
    engine.expect(length)
    as_of = process.as_of or _end_of_log(last, process)
    start = process.start or first or as_of
    carries = process.carries if process.carries is not None else _imported_criteria(engine)
    return Window(process, as_utc(start), as_utc(as_of), carries, length)


def _end_of_log(last: datetime | None, process: Process) -> datetime:
    """Return the moment after the last row, or when the week of the tree head began, if later."""
    end = (last or datetime(1970, 1, 1)) + timedelta(microseconds=1)
    if last is None or process.sealed_at is None:
        return end
    return max(end, beginning_of_week(as_utc(process.sealed_at), process.zone))


def _log_conditions(process: Process) -> str:
    conditions = ["occurred_at IS NOT NULL", "seq IS NOT NULL"]
    if process.as_of is not None:
        moment = as_utc(process.as_of).replace(tzinfo=None)
        conditions.append(f"occurred_at < TIMESTAMP '{moment.isoformat(sep=' ')}'")
    if process.log_size is not None:
        conditions.append(f"seq < {int(process.log_size)}")
    if process.process_id is not None:
        mine = process.process_id.replace("'", "''")
        everywhere = ", ".join(f"'{kind}'" for kind in KINDS_OF_EVERY_PROCESS)
        conditions.append(f"(process_id = '{mine}' OR kind IN ({everywhere}))")
    return " WHERE " + " AND ".join(conditions)


def _imported_criteria(engine: Engine) -> frozenset[str] | None:
    imports = engine.rows("SELECT details FROM log WHERE kind = 'process.imported' ORDER BY seq")
    carries = [parse_details(details, "process.imported").get("carries") for (details,) in imports]
    lists = [c.replace(",", " ").split() if isinstance(c, str) else c for c in carries if c]
    if not all(isinstance(criteria, list) for criteria in lists):
        raise UnreadableLog("the detail `carries` of a process.imported is not a list of criteria")
    return frozenset(str(name) for criteria in lists for name in criteria) if lists else None


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
        "sealed_late": process.sealed_late,
        "source_dated": process.source_dated,
        "rows": window.rows,
        "texts": process.texts,
        "repeated_texts": process.repeated_texts,
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

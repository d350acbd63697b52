"""CitiVoice: scores of how deliberative and how sustained participation was, from the log alone.

Two stages, both pure. REDUCE counts the rows of one process into fact tables by SQL on DuckDB (or
Spark); JUDGE turns facts into indicators, criteria, dimensions and a headline.

    log = Log.from_files("segments/*.parquet") + Log.from_columns(rows_after_the_last_segment)
    scores = score(log, Process("kipp-1a", timezone="Asia/Makassar", process_id="7"))
    scores.to_json()                      # the document of scores
    scores.records(computed_at)           # one stored record per indicator
    scores.facts.write("release/facts")   # the fact tables of a release

    scores = score_release(["release/events.parquet"], "release/facts")
    scores.facts.origin                   # which tables came from rows, which from facts
    compare(scores, others)               # which claims about two processes the data supports
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from deliberate.citivoice.framework.catalogue import (
    Formulas,
    UnknownFormulas,
    get_formulas,
    load_formulas,
    load_framework,
    load_headlines,
)
from deliberate.citivoice.inputs.log import (
    COLUMNS,
    KINDS_OF_EVERY_PROCESS,
    Log,
    UnreadableLog,
    count_kinds,
    require_unique_seq,
)
from deliberate.citivoice.inputs.partitions import partitioned
from deliberate.citivoice.inputs.process import Process
from deliberate.citivoice.inputs.release import complete_facts, differing_tables, process_from_facts
from deliberate.citivoice.reduction.engine import MissingEngine
from deliberate.citivoice.reduction.facts import Facts, Table, UnreadableFacts
from deliberate.citivoice.reduction.reduce import ENGINES, reduce
from deliberate.citivoice.scoring.comparison import Comparable, NotComparable, compare
from deliberate.citivoice.scoring.judge import judge
from deliberate.citivoice.scoring.reservations import VERIFIED_ONLY
from deliberate.citivoice.scoring.scores import Judged, Scores


def score(
    log: Log,
    process: Process,
    *,
    formulas: Formulas | None = None,
    judged: Mapping[str, Judged] | None = None,
    pictures: bool = False,
    engine: str = "duckdb",
) -> Scores:
    """Return the scores of one process from its log.

    Every engine returns the same scores. Raises `MissingEngine` and `UnreadableLog`.
    """
    return judge(reduce(log, process, pictures=pictures, engine=engine), formulas, judged)


def score_release(
    events: Iterable[str | Path],
    facts: str | Path,
    *,
    withheld: Collection[str] | None = None,
    as_of: datetime | None = None,
    formulas: Formulas | None = None,
    judged: Mapping[str, Judged] | None = None,
    engine: str = "duckdb",
) -> Scores:
    """Return the scores of a release, from its rows and, where rows are withheld, its fact files.

    `withheld` names the kinds with withheld rows (None: every kind a release may withhold). With
    an `as_of` other than the release's own, only the rows are used. A release built before formulas
    1.1 holds the facts of 1.0 alone and is scored by these.
    """
    carried = Facts.read(facts)
    if carried.one("window_facts", "rows") is None:
        formulas = _of_older_release(formulas)
    process = process_from_facts(carried)
    cut = replace(process, as_of=as_of or process.as_of)
    log = Log.from_files(*events)
    require_unique_seq(log)
    rows = reduce(log, cut, engine=engine)
    return judge(rows if as_of else complete_facts(rows, carried, withheld), formulas, judged)


def _of_older_release(formulas: Formulas | None) -> Formulas:
    """Return the first formulas; raises `UnreadableFacts` if others are asked for."""
    first = get_formulas("1.0")
    if formulas is not None and formulas.version != first.version:
        raise UnreadableFacts(f"this release has no facts of formulas {formulas.version}")
    return first


__all__ = [
    "COLUMNS",
    "ENGINES",
    "KINDS_OF_EVERY_PROCESS",
    "VERIFIED_ONLY",
    "Comparable",
    "Facts",
    "Formulas",
    "Judged",
    "Log",
    "MissingEngine",
    "NotComparable",
    "Process",
    "Scores",
    "Table",
    "UnknownFormulas",
    "UnreadableFacts",
    "UnreadableLog",
    "compare",
    "complete_facts",
    "count_kinds",
    "differing_tables",
    "get_formulas",
    "judge",
    "load_formulas",
    "load_framework",
    "load_headlines",
    "partitioned",
    "process_from_facts",
    "reduce",
    "score",
    "score_release",
]

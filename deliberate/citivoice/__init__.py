"""CitiVoice: how deliberative, and how lasting, participation was, from the log alone.

Two stages, both pure. REDUCE counts the rows of one process into fact tables, by plain SQL on
DuckDB; JUDGE turns facts into indicators, criteria, dimensions and a headline.

    log = Log.from_files("segments/*.parquet") + Log.from_columns(rows_after_the_last_segment)
    scores = score(log, Process("kipp-1a", timezone="Asia/Makassar", process_id="7"))
    scores.to_json()                      # the document of scores
    scores.records(computed_at)           # one stored record an indicator
    scores.facts.write("release/facts")   # the tables that a release carries

    scores = score_release(["release/events.parquet"], "release/facts")
    scores.facts.origin                   # which tables came from rows, which from facts
    compare(scores, others)               # what can be claimed about two processes
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from deliberate.citivoice.catalogue import (
    Formulas,
    UnknownFormulas,
    formulas_of,
    load_formulas,
    load_framework,
    load_headlines,
)
from deliberate.citivoice.comparison import Comparable, NotComparable, compare
from deliberate.citivoice.engine import MissingEngine
from deliberate.citivoice.facts import Facts, UnreadableFacts
from deliberate.citivoice.judge import judge
from deliberate.citivoice.log import COLUMNS, Log, UnreadableLog, kinds_in, refuse_twice
from deliberate.citivoice.process import Process
from deliberate.citivoice.reduce import ENGINES, reduce
from deliberate.citivoice.release import completed, differences, process_of
from deliberate.citivoice.scores import Judged, Scores


def score(
    log: Log,
    process: Process,
    *,
    formulas: Formulas | None = None,
    judged: Mapping[str, Judged] | None = None,
    pictures: bool = False,
    engine: str = "duckdb",
) -> Scores:
    """Score one process from its log; every engine gives the same scores."""
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
    """Score a release from its rows, and from its folder of facts where rows are withheld.

    `withheld` names the kinds with withheld rows (None: every kind a release may withhold); an
    `as_of` other than the release's own leaves only what the rows can tell.
    """
    carried = Facts.read(facts)
    process = process_of(carried)
    cut = replace(process, as_of=as_of or process.as_of)
    log = Log.from_files(*events)
    refuse_twice(log)
    rows = reduce(log, cut, engine=engine)
    return judge(rows if as_of else completed(rows, carried, withheld), formulas, judged)


__all__ = [
    "COLUMNS",
    "ENGINES",
    "Comparable",
    "Facts",
    "Formulas",
    "Judged",
    "Log",
    "MissingEngine",
    "NotComparable",
    "Process",
    "Scores",
    "UnknownFormulas",
    "UnreadableFacts",
    "UnreadableLog",
    "compare",
    "completed",
    "differences",
    "formulas_of",
    "judge",
    "kinds_in",
    "load_formulas",
    "load_framework",
    "load_headlines",
    "process_of",
    "reduce",
    "score",
    "score_release",
]

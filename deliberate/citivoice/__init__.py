"""CitiVoice: scores of how deliberative and how sustained participation was, from the log alone.

Two stages, both pure. REDUCE counts the rows of one process into fact tables by SQL on DuckDB (or
Spark); JUDGE turns facts into indicators, criteria, dimensions and a headline.

    log = Log.from_files("segments/*.parquet") + Log.from_columns(rows_after_the_last_segment)
    scores = score(log, Process("kipp-1a", timezone="Asia/Makassar", process_id="7"))
    scores.to_json()                      # the document of scores
    scores.records(computed_at)           # one stored record per indicator
    scores.facts.write("release/facts")   # the fact tables of a release

    with partitioned(log, ["7", "8"]) as logs:    # many processes from one pass over the log
        tasks = (partial(score, logs[process.process_id], process) for process in processes)
        for scores in score_ahead(tasks): ...     # futures

    scores = score_release(["release/events.parquet"], "release/facts")
    scores.facts.origin                   # which tables came from rows, which from facts
    compare(scores, others)               # which claims about two processes the data supports
"""

from typing import TYPE_CHECKING

from deliberate.lazy_imports import lazy_names

if TYPE_CHECKING:
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
    )
    from deliberate.citivoice.inputs.partitions import partitioned
    from deliberate.citivoice.inputs.process import Process
    from deliberate.citivoice.inputs.release import (
        complete_facts,
        differing_tables,
        process_from_facts,
    )
    from deliberate.citivoice.reduction.engine import MissingEngine
    from deliberate.citivoice.reduction.facts import Facts, Table, UnreadableFacts
    from deliberate.citivoice.reduction.reduce import ENGINES, reduce
    from deliberate.citivoice.scoring.comparison import Comparable, NotComparable, compare
    from deliberate.citivoice.scoring.judge import judge
    from deliberate.citivoice.scoring.judged_scores import Judged
    from deliberate.citivoice.scoring.reservations import VERIFIED_ONLY
    from deliberate.citivoice.scoring.scores import Scores
    from deliberate.citivoice.scoring.scoring import score, score_ahead, score_release

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
    "score_ahead",
    "score_release",
]

_MODULES = {
    "framework.catalogue": (
        "Formulas",
        "UnknownFormulas",
        "get_formulas",
        "load_formulas",
        "load_framework",
        "load_headlines",
    ),
    "inputs.log": ("COLUMNS", "KINDS_OF_EVERY_PROCESS", "Log", "UnreadableLog", "count_kinds"),
    "inputs.partitions": ("partitioned",),
    "inputs.process": ("Process",),
    "inputs.release": ("complete_facts", "differing_tables", "process_from_facts"),
    "reduction.engine": ("MissingEngine",),
    "reduction.facts": ("Facts", "Table", "UnreadableFacts"),
    "reduction.reduce": ("ENGINES", "reduce"),
    "scoring.comparison": ("Comparable", "NotComparable", "compare"),
    "scoring.judge": ("judge",),
    "scoring.reservations": ("VERIFIED_ONLY",),
    "scoring.judged_scores": ("Judged",),
    "scoring.scores": ("Scores",),
    "scoring.scoring": ("score", "score_ahead", "score_release"),
}
"""Modules of the names above. Each is imported when its name is first used: pages read the
framework, and of all processes only those that score load the engine and its libraries."""
__getattr__ = lazy_names(__name__, _MODULES)

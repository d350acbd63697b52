"""Both stages together: the scores of a log, and those of a research release."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from deliberate.citivoice.framework.catalogue import Formulas, get_formulas
from deliberate.citivoice.inputs.log import Log, require_unique_seq
from deliberate.citivoice.inputs.process import Process
from deliberate.citivoice.inputs.release import complete_facts, process_from_facts
from deliberate.citivoice.reduction.facts import Facts, UnreadableFacts
from deliberate.citivoice.reduction.reduce import reduce
from deliberate.citivoice.scoring.judge import judge
from deliberate.citivoice.scoring.judged_scores import Judged
from deliberate.citivoice.scoring.scores import Scores

AT_A_TIME = 2


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


def score_ahead(tasks: Iterable[Callable[[], Scores]]) -> Iterator[Future[Scores]]:
    """Yield the scores of tasks in their order, each with its own error.

    Two are computed at a time, so that memory does not grow with their number. The tasks are taken
    from their iterable in the thread of the caller.
    """
    waiting: deque[Future[Scores]] = deque()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > AT_A_TIME:
                yield waiting.popleft()
        yield from waiting


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

"""The runner of the REDUCE stage: one loop over the steps of the graph, on any engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from deliberate.citivoice.reduction.engine import Engine
from deliberate.citivoice.reduction.graph import Step, relation

Columns = dict[str, NDArray[Any]]
Sources = Mapping[str, Callable[[], Columns]]


def run_steps(engine: Engine, steps: Iterable[Step], sources: Sources) -> dict[str, Columns]:
    """Run steps in the given order and return the columns of the facts by name of the step.

    `sources` compute the tables made in Python. A table is dropped after its last reader. Where a
    scope proves to equal another, its steps are left out: its facts are those of the other, and
    later steps read the other's tables.
    """
    by_name = {step.name: step for step in steps}
    queue, held = list(by_name.values()), _readers(by_name.values(), by_name)
    facts: dict[str, Columns] = {}
    twins: dict[str, str] = {}
    while queue:
        step = queue.pop(0)
        if step.kind == "facts":
            facts[step.name] = engine.columns(step.sql)
        else:
            _make(engine, step, sources)
        if step.same_if_empty and not engine.count_rows(relation(step.name)):
            twins |= _twins(queue, step)
            queue = [_reading_twins(later, twins) for later in queue if later.name not in twins]
            by_name |= {later.name: later for later in queue}
            held = _readers([step, *queue], by_name)
        _drop_unread(engine, step, held, by_name)
    return facts | {name: facts[twin] for name, twin in twins.items() if twin in facts}


def _make(engine: Engine, step: Step, sources: Sources) -> None:
    name = relation(step.name)
    if step.kind == "python":
        engine.table_from_columns(name, sources[step.name]())
    elif step.kind == "view":
        engine.view(name, step.sql)
    elif step.start is not None:
        engine.table_by_levels(name, f"FROM {relation(step.start)}", step.sql)
    else:
        engine.table(name, step.sql)


def _twins(queue: list[Step], decision: Step) -> dict[str, str]:
    """Return for the steps of the deciding scope their twins, as far as these run."""
    names = {step.name for step in queue}
    return {
        step.name: step.twin
        for step in queue
        if step.decision == decision.name and step.twin in names and step.twin is not None
    }


def _reading_twins(step: Step, twins: Mapping[str, str]) -> Step:
    reads = {name: twins.get(made_by, made_by) for name, made_by in step.reads.items()}
    return replace(step, reads=reads, start=twins.get(step.start or "", step.start))


def _readers(steps: Iterable[Step], by_name: Mapping[str, Step]) -> Counter[str]:
    """Return how many of the steps read each relation, itself or through views."""
    return Counter(name for step in steps for name in _relations_read(step, by_name))


def _relations_read(step: Step, by_name: Mapping[str, Step]) -> set[str]:
    names = {name for name in step.inputs if name in by_name}
    views = [by_name[name] for name in names if by_name[name].kind == "view"]
    return names.union(*(_relations_read(view, by_name) for view in views))


def _drop_unread(
    engine: Engine, step: Step, held: Counter[str], by_name: Mapping[str, Step]
) -> None:
    """Drop what the step was the last to read, and its own table if only its size was needed."""
    for name in _relations_read(step, by_name):
        held[name] -= 1
        if held[name] == 0:
            engine.drop(relation(name), is_view=by_name[name].kind == "view")
    if step.same_if_empty and not held[step.name]:
        engine.drop(relation(step.name))

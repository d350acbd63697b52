"""The graph of the REDUCE stage: declared steps, checked and put into an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter

from deliberate.citivoice.reduction.declarations import (
    Declaration,
    read_declarations,
    with_tables,
)

LOG = "log"
SCOPES = {
    "everyone": "all comments",
    "counted": "the comments of residents",
    "pair_cap_3": "counted, with at most three replies between two people in a thread",
    "without_top5": "counted, without the five most active authors",
    "without_new": "counted, without accounts in their first week",
    "verified_only": "counted, of verified residents alone",
}
"""The scopes and sensitivity runs over which steps are repeated, with what each one counts."""
SOURCES = {
    "hour_calendar": ((LOG,), "Hours of the log with their local day, week and month."),
    "scoring_end": ((), "The hour in which the log ends for the scores."),
    "calendar": ((LOG, "week_counts"), "Weeks of the process, and which are open and full."),
    "closed_circle": (("directed_pairs",), "The accounts that mostly answer one another."),
}
"""The tables computed in Python, with their inputs and meaning."""


class InvalidGraph(ValueError):
    """Raised where the declared steps do not form a graph; the message lists the flaws."""


@dataclass(frozen=True)
class Step:
    """One step of the graph; in a scope, its name begins with the scope: `counted.nodes`.

    `reads` gives for each table named in the statement the step that makes it. Where one scope may
    equal another, `decision` is the step that decides it and `twin` the same step of the other.
    """

    name: str
    kind: str
    file: str = ""
    meaning: str = ""
    statement: str = ""
    scope: str | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    start: str | None = None
    same_if_empty: str | None = None
    decision: str | None = None
    twin: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of the steps whose rows this step reads."""
        start = (self.start,) if self.start else ()
        return tuple(dict.fromkeys((*start, *self.reads.values())))

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the names of the steps without which this one cannot run."""
        return (*([self.decision] if self.decision else []), *self.inputs)

    @property
    def precedents(self) -> tuple[str, ...]:
        """Return the names of the steps that run before this one, if they run at all."""
        return (*([self.twin] if self.twin else []), *self.needs)

    @property
    def sql(self) -> str:
        """Return the statement with the names of the relations that hold its inputs."""
        own = {self.name.rpartition(".")[2]: self.name} if self.kind == "levels" else {}
        names = {**own, **self.reads}
        return with_tables(self.statement, {n: relation(step) for n, step in names.items()})


def relation(name: str) -> str:
    """Return the name of the table or view in the engine that holds the rows of a step."""
    return name.replace(".", "__")


@dataclass(frozen=True)
class Graph:
    """The steps by name, in the order of their declarations."""

    steps: Mapping[str, Step]

    def ordered(self, results: Iterable[str]) -> list[Step]:
        """Return the steps that the named results need, each after those it needs.

        A step comes as late as the results allow, so that few tables are held at a time.
        """
        wanted = list(results)
        needed = self._needed(wanted)
        done: dict[str, Step] = {}

        def add(name: str) -> None:
            if name in needed and name not in done:
                for earlier in self.steps[name].precedents:
                    add(earlier)
                done[name] = self.steps[name]

        for name in wanted:
            add(name)
        return list(done.values())

    def _needed(self, names: Iterable[str]) -> set[str]:
        """Return the steps that the named ones need, these included."""
        needed: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.steps and name not in needed:
                needed.add(name)
                waiting += self.steps[name].needs
        return needed

    def facts(self) -> list[str]:
        """Return the names of the facts, those without a scope first, then scope by scope.

        In this order the tables of one scope are dropped before those of the next are made.
        """
        order = [None, *SCOPES]
        facts = [step for step in self.steps.values() if step.kind == "facts"]
        return [step.name for step in sorted(facts, key=lambda step: order.index(step.scope))]

    def named(self, name: str) -> list[str]:
        """Return the steps with a name, in one scope (`counted.nodes`) or in all (`nodes`)."""
        return [n for n in self.steps if name in (n, n.rpartition(".")[2])]


@cache
def reduction_graph() -> Graph:
    """Return the graph of the installed SQL files; raises `InvalidGraph`."""
    return build_graph(read_declarations())


def build_graph(declarations: list[Declaration]) -> Graph:
    """Return the graph of declared steps and sources; raises `InvalidGraph` with every flaw."""
    steps = [_source(name, inputs, meaning) for name, (inputs, meaning) in SOURCES.items()]
    names = {name for d in declarations for name in _outputs(d)}
    steps += [_step(d, scope, names) for d in declarations for scope in d.scopes or (None,)]
    flaws = [*_flaws_of_declarations(declarations), *_flaws_of_steps(steps)]
    graph = Graph({step.name: step for step in _with_decisions(steps)})
    flaws += _cycle(graph)
    if flaws:
        raise InvalidGraph("\n".join(flaws))
    return graph


def _source(name: str, inputs: tuple[str, ...], meaning: str) -> Step:
    return Step(name, "python", meaning=meaning, reads={given: given for given in inputs})


def _outputs(declaration: Declaration) -> list[str]:
    scopes = declaration.scopes
    return [f"{scope}.{declaration.output}" for scope in scopes] or [declaration.output]


def _step(declaration: Declaration, scope: str | None, names: set[str]) -> Step:
    """Return the step of a declaration in one scope; a name means the table of the same scope."""

    def resolved(name: str) -> str:
        return f"{scope}.{name}" if f"{scope}.{name}" in names else name

    output = declaration.output
    return Step(
        name=output if scope is None else f"{scope}.{output}",
        kind=declaration.kind,
        file=declaration.file,
        meaning=declaration.meaning,
        statement=declaration.statement,
        scope=scope,
        reads={name: resolved(name) for name in declaration.inputs},
        start=resolved(declaration.start) if declaration.start else None,
        same_if_empty=declaration.same_if_empty,
    )


def _with_decisions(steps: list[Step]) -> Iterator[Step]:
    """Yield the steps, in scopes that may be equal with their decision and twin.

    Both come first: otherwise tables could be read or dropped before it is known whose they are.
    """
    names = {step.name for step in steps}
    deciding = {step.scope: step for step in steps if step.same_if_empty}
    deciding |= {step.same_if_empty: step for step in steps if step.same_if_empty}
    for step in steps:
        decided_by = deciding.get(step.scope) if step.scope else None
        if decided_by is None or step is decided_by:
            yield step
            continue
        twin = f"{decided_by.same_if_empty}.{step.name.rpartition('.')[2]}"
        has_twin = twin in names and twin != step.name
        yield replace(step, decision=decided_by.name, twin=twin if has_twin else None)


def _flaws_of_declarations(declarations: list[Declaration]) -> Iterator[str]:
    for d in declarations:
        for name in sorted(d.tables_named - set(d.inputs)):
            yield f"{d.file}: the statement reads {name}, which is not declared as an input"
        for name in sorted(set(d.inputs) - d.tables_named):
            yield f"{d.file}: the statement does not read its input {name}"
        for scope in (*d.scopes, *((d.same_if_empty,) if d.same_if_empty else ())):
            if scope not in SCOPES:
                yield f"{d.file}: unknown scope {scope}; known: {', '.join(SCOPES)}"


def _flaws_of_steps(steps: list[Step]) -> Iterator[str]:
    kinds = {LOG: "log"}
    for step in steps:
        if step.name in kinds:
            yield f"{step.file}: {step.name} is made by another step too"
        kinds[step.name] = step.kind
    for step in steps:
        yield from _flaws_of_inputs(step, kinds)
    read = {name for step in steps for name in step.inputs}
    for step in steps:
        if step.name not in read and step.kind != "facts" and not step.same_if_empty:
            yield f"{step.file}: no step reads {step.name}"


def _flaws_of_inputs(step: Step, kinds: Mapping[str, str]) -> Iterator[str]:
    for name in step.inputs:
        if name not in kinds:
            yield f"{step.file}: no step makes {name}, an input of {step.name}"
        elif kinds[name] == "facts":
            yield f"{step.file}: {name}, an input of {step.name}, is handed to Python"


def _cycle(graph: Graph) -> list[str]:
    try:
        TopologicalSorter({n: s.precedents for n, s in graph.steps.items()}).prepare()
    except CycleError as error:
        return [f"cycle: {' -> '.join(reversed(error.args[1]))}"]
    return []

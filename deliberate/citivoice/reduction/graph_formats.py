"""The graph of the REDUCE stage as text, Graphviz, Mermaid and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from deliberate.citivoice.reduction.graph import Step, relation

PYTHON_FILE = "sources.py"


def as_text(steps: list[Step]) -> str:
    """Return one line for each step in order: name, kind, file and inputs."""
    rows = [(step.name, step.kind, step.file or PYTHON_FILE) for step in steps]
    name, kind, file = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join(
        f"{row[0]:<{name}}  {row[1]:<{kind}}  {row[2]:<{file}}  <- {_listed(step.inputs)}"
        for row, step in zip(rows, steps, strict=True)
    )


def as_dot(steps: list[Step]) -> str:
    """Return the graph in the language of Graphviz, one cluster for each scope."""
    lines = ["digraph citivoice {", "  rankdir=LR; node [shape=box];"]
    for scope, members in _by_scope(steps):
        names = [f'    "{step.name}";' for step in members]
        lines += [f'  subgraph "cluster_{scope}" {{', f'    label="{scope}";', *names, "  }"]
    lines += [f'  "{earlier}" -> "{later}";' for earlier, later in _edges(steps)]
    return "\n".join([*lines, "}"])


def as_mermaid(steps: list[Step]) -> str:
    """Return the graph as a Mermaid flowchart, one subgraph for each scope."""
    lines = ["flowchart LR"]
    for scope, members in _by_scope(steps):
        names = [f'    {relation(step.name)}["{step.name}"]' for step in members]
        lines += [f'  subgraph scope_{scope}["{scope}"]', *names, "  end"]
    lines += [f"  {relation(a)} --> {relation(b)}" for a, b in _edges(steps)]
    return "\n".join(lines)


def as_json(steps: list[Step]) -> str:
    """Return the steps in order as JSON."""
    documents = [
        {
            "name": step.name,
            "kind": step.kind,
            "scope": step.scope,
            "file": step.file or PYTHON_FILE,
            "inputs": list(step.inputs),
            "decision": step.decision,
            "meaning": step.meaning,
        }
        for step in steps
    ]
    return json.dumps({"steps": documents}, indent=1)


FORMATS: dict[str, Callable[[list[Step]], str]] = {
    "text": as_text,
    "dot": as_dot,
    "mermaid": as_mermaid,
}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _by_scope(steps: Iterable[Step]) -> Iterator[tuple[str, list[Step]]]:
    ordered = sorted(steps, key=lambda step: step.scope or "")
    for scope, members in groupby(ordered, key=lambda step: step.scope or "process"):
        yield scope, list(members)


def _edges(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    return ((earlier, step.name) for step in steps for earlier in step.inputs)

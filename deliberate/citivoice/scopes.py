"""The facts of each scope and sensitivity run: the same statements over other comments."""

from __future__ import annotations

from typing import Any

import numpy as np

from deliberate.citivoice.engine import Engine
from deliberate.citivoice.facts import Table, column, columns_of, tabled

# The comments of each scope and sensitivity run, which of those answered count there, and what
# tells a comment whose thread is another than in the scope before: the rest is not counted again.
EVERYONE = "SELECT *, 1 AS p_inside, 1 AS b_inside FROM comments"
COUNTED = (
    "SELECT *, p_counted AS p_inside, b_counted AS b_inside FROM comments WHERE counted = 1",
    "counted = 0 OR (b_person IS NOT NULL AND coalesce(b_counted, 0) = 0)",
)
RUNS = {
    "without_top5": (
        "SELECT *, p_quiet AS p_inside, b_quiet AS b_inside FROM comments WHERE quiet = 1",
        "counted = 1 AND (quiet = 0 OR (b_counted = 1 AND b_quiet = 0))",
    ),
    "without_new": (
        "SELECT *, p_settled AS p_inside, b_settled AS b_inside FROM comments WHERE settled = 1",
        "counted = 1 AND (settled = 0 OR (b_counted = 1 AND b_settled = 0))",
    ),
}
CAPPED = "pair_cap_3"
TOUCHED = "thread IN (SELECT thread FROM touched)"
REPLIES = "SELECT seq, up FROM replies"
PICTURES = ("pair_picture", "shape_picture")
BY_SCOPE = ("thread_facts", "author_facts", "month_facts", "depth_facts", "stance_facts")


def scoped(engine: Engine, pictures: bool) -> tuple[dict[str, Table], dict[str, list[list[Any]]]]:
    """The facts of every scope and sensitivity run, one after the other; and the pictures."""
    parts: dict[str, list[Table]] = {name: [] for name in (*BY_SCOPE, "process_facts", "run_facts")}
    rings = _grow(engine, EVERYONE)
    _gather(engine, parts, "everyone")
    comments, changed = COUNTED
    if _touch(engine, changed):
        rings += _grow(engine, comments)
        _gather(engine, parts, "counted")
    else:
        _repeat(parts, "counted")
    drawn = {name: _drawn(engine, name) for name in PICTURES if pictures}
    engine.drop("lifted", "replies", "above", "below", "placed", "frontier", "voices")
    engine.table("whole_talk", "FROM thread_talk")
    parts["run_facts"].append(_capped(engine))
    for run, (comments, changed) in RUNS.items():
        _touch(engine, changed)
        _plant(engine, f"FROM ({comments}) AS c WHERE {TOUCHED}", shaped=rings > 0)
        parts["run_facts"].append(_again(engine, run))
    return {name: _stacked(tables) for name, tables in parts.items()}, drawn


def _drawn(engine: Engine, name: str) -> list[list[Any]]:
    return sorted(list(row) for row in engine.rows(engine.select(name)))


def _grow(engine: Engine, comments: str) -> int:
    """The whole of one scope: who talked with whom, and the shape of its trees."""
    rings = _plant(engine, comments)
    _listen(engine)
    engine.view("hanging", "SELECT seq, up FROM nodes WHERE up IS NOT NULL" if rings else REPLIES)
    engine.make("above")
    engine.descend("lifted", "above", "next_above")
    engine.make("below", "thread_shape", "voices")
    return rings


def _listen(engine: Engine) -> None:
    """Who answered whom among the comments in sight, thread by thread."""
    engine.make_view("edges")
    engine.make("heard", "thread_pairs", "thread_talk")


def _gather(engine: Engine, parts: dict[str, list[Table]], scope: str) -> None:
    for name in BY_SCOPE:
        parts[name].append(fetch(engine, name, scope))
    parts["process_facts"].append(_tiny(engine, scope))


def _repeat(parts: dict[str, list[Table]], scope: str) -> None:
    """A scope that leaves nobody out says what the one before said."""
    for name in (*BY_SCOPE, "process_facts"):
        last = parts[name][-1]
        parts[name].append(last | {"scope": np.full(len(last["scope"]), scope, dtype=object)})


def _touch(engine: Engine, changed: str) -> int:
    """Name the threads that are others than in the scope before; say how many."""
    engine.table("touched", f"SELECT DISTINCT thread FROM comments WHERE {changed}")  # noqa: S608
    return engine.length("touched")


def _again(engine: Engine, run: str) -> Table:
    """A sensitivity run: the threads it touches counted again, the others as they were."""
    _listen(engine)
    engine.table("same", f"FROM whole_talk WHERE NOT {TOUCHED}")
    engine.append("thread_talk", "same")
    return fetch(engine, "run_facts", run)


def _plant(engine: Engine, comments: str, shaped: bool = True) -> int:
    """Place one scope's comments by one join a level; say how many were on or below a cycle.

    Where nobody's comments form a cycle, those of fewer people form none: levels can be left out.
    """
    engine.view("kept", comments)
    engine.make_view("links")
    _see(engine, "links")
    if not shaped:
        return 0
    engine.make("replies")
    rings = engine.length("links") - engine.descend("placed", "placed", "next_level")
    if rings:
        engine.make("cut_nodes", "stranded")
        _see(engine, "cut_nodes")
        engine.append("placed", "stranded")
    return rings


def _see(engine: Engine, comments: str) -> None:
    """Bring comments into sight, to be counted."""
    engine.view("whole_nodes", f"FROM {comments}")
    engine.view("nodes", "FROM whole_nodes")


def _capped(engine: Engine) -> Table:
    """The counted trees again, with what two people say beyond three replies heard as no answer."""
    engine.make("capped")
    engine.table("touched", "SELECT DISTINCT thread FROM thread_pairs WHERE times > 3")
    engine.make_view("capped_nodes")
    engine.view("nodes", "FROM capped_nodes")
    return _again(engine, CAPPED)


def _tiny(engine: Engine, scope: str) -> Table:
    values: dict[str, Any] = {"scope": scope}
    for name in ("pair_facts", "talker_facts", "latency_facts"):
        values |= {c: v[0] for c, v in engine.columns(engine.select(name)).items()}
    return row_of("process_facts", values)


def row_of(name: str, values: dict[str, Any]) -> Table:
    """A table of one row; what is not said is missing."""
    return tabled(name, [[values.get(c) for c in columns_of(name)]])


def fetch(engine: Engine, name: str, scope: str | None = None) -> Table:
    """A fact table from the SQL file of the same name."""
    found = engine.columns(engine.select(name))
    size = len(next(iter(found.values())))
    if scope is not None:
        found["scope"] = np.full(size, scope, dtype=object)
    return {c: column(kind, found[c]) for c, kind in columns_of(name).items()}


def _stacked(tables: list[Table]) -> Table:
    return {c: np.concatenate([table[c] for table in tables]) for c in tables[0]}

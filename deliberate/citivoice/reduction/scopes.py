"""Facts of each scope and sensitivity run: the same statements over different comments."""

from __future__ import annotations

from typing import Any

import numpy as np

from deliberate.citivoice.reduction.engine import Engine
from deliberate.citivoice.reduction.facts import Table, column_types, table_from_rows, typed_column

# For each scope and sensitivity run: its comments, which of the answered ones count there, and the
# condition for threads that differ from the scope before (only those are recounted).
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
IN_CHANGED_THREADS = "thread IN (SELECT thread FROM changed_threads)"
REPLIES = "SELECT seq, up FROM scope_replies"
PICTURES = ("pair_picture", "shape_picture")
BY_SCOPE = ("thread_facts", "author_facts", "month_facts", "depth_facts", "stance_facts")


def facts_by_scope(
    engine: Engine, pictures: bool
) -> tuple[dict[str, Table], dict[str, list[list[Any]]]]:
    """Return the facts of every scope and sensitivity run, and the chart data by name."""
    parts: dict[str, list[Table]] = {name: [] for name in (*BY_SCOPE, "process_facts", "run_facts")}
    cycle_nodes = _build_tree(engine, EVERYONE)
    _collect(engine, parts, "everyone")
    comments, changed = COUNTED
    if _mark_changed(engine, changed):
        cycle_nodes += _build_tree(engine, comments)
        _collect(engine, parts, "counted")
    else:
        _copy_last_scope(parts, "counted")
    pictures_by_name = {name: _picture_rows(engine, name) for name in PICTURES if pictures}
    engine.drop(
        "reply_count_levels",
        "scope_replies",
        "reply_counts",
        "descendant_counts",
        "node_levels",
        "frontier",
        "author_months",
    )
    engine.table("all_thread_counts", "FROM thread_counts")
    parts["run_facts"].append(_capped_run(engine))
    for run, (comments, changed) in RUNS.items():
        _mark_changed(engine, changed)
        _place_nodes(
            engine, f"FROM ({comments}) AS c WHERE {IN_CHANGED_THREADS}", shaped=cycle_nodes > 0
        )
        parts["run_facts"].append(_rerun(engine, run))
    return {name: _stacked(tables) for name, tables in parts.items()}, pictures_by_name


def _picture_rows(engine: Engine, name: str) -> list[list[Any]]:
    return sorted(list(row) for row in engine.rows(engine.select(name)))


def _build_tree(engine: Engine, comments: str) -> int:
    """Build reply edges and trees of one scope; return the number of nodes on or below cycles."""
    cycle_nodes = _place_nodes(engine, comments)
    _build_reply_edges(engine)
    engine.view(
        "ancestor_links",
        "SELECT seq, up FROM nodes WHERE up IS NOT NULL" if cycle_nodes else REPLIES,
    )
    engine.run("reply_counts")
    engine.table_by_levels("reply_count_levels", "reply_counts", "parent_reply_counts")
    engine.run("descendant_counts", "thread_shape", "author_months")
    return cycle_nodes


def _build_reply_edges(engine: Engine) -> None:
    """Build who replied to whom among the selected comments, by thread."""
    engine.run_view("reply_edges")
    engine.run("answered_comments", "thread_pairs", "thread_counts")


def _collect(engine: Engine, parts: dict[str, list[Table]], scope: str) -> None:
    for name in BY_SCOPE:
        parts[name].append(fact_table(engine, name, scope))
    parts["process_facts"].append(_scope_totals(engine, scope))


def _copy_last_scope(parts: dict[str, list[Table]], scope: str) -> None:
    """Copy the facts of the scope before, for a scope that leaves no comment out."""
    for name in (*BY_SCOPE, "process_facts"):
        last = parts[name][-1]
        parts[name].append(last | {"scope": np.full(len(last["scope"]), scope, dtype=object)})


def _mark_changed(engine: Engine, changed: str) -> int:
    """Create the table of threads that differ from the scope before; return their number."""
    engine.table("changed_threads", f"SELECT DISTINCT thread FROM comments WHERE {changed}")  # noqa: S608
    return engine.count_rows("changed_threads")


def _rerun(engine: Engine, run: str) -> Table:
    """Return the facts of a sensitivity run: changed threads recounted, the others copied."""
    _build_reply_edges(engine)
    engine.table("unchanged_threads", f"FROM all_thread_counts WHERE NOT {IN_CHANGED_THREADS}")
    engine.append("thread_counts", "unchanged_threads")
    return fact_table(engine, "run_facts", run)


def _place_nodes(engine: Engine, comments: str, shaped: bool = True) -> int:
    """Compute the level of one scope's comments; return the number on or below a cycle.

    A subset of comments without cycles has none either, so its levels can be skipped.
    """
    engine.view("scope_selection", comments)
    engine.run_view("scope_comments")
    _select_nodes(engine, "scope_comments")
    if not shaped:
        return 0
    engine.run("scope_replies")
    cycle_nodes = engine.count_rows("scope_comments") - engine.table_by_levels(
        "node_levels", "node_levels", "next_level"
    )
    if cycle_nodes:
        engine.run("cut_nodes", "unreachable_nodes")
        _select_nodes(engine, "cut_nodes")
        engine.append("node_levels", "unreachable_nodes")
    return cycle_nodes


def _select_nodes(engine: Engine, comments: str) -> None:
    """Select the comments that the following steps count."""
    engine.view("scope_nodes", f"FROM {comments}")
    engine.view("nodes", "FROM scope_nodes")


def _capped_run(engine: Engine) -> Table:
    """Return the counted scope with at most three replies between two people in a thread."""
    engine.run("capped_replies")
    engine.table("changed_threads", "SELECT DISTINCT thread FROM thread_pairs WHERE times > 3")
    engine.run_view("capped_nodes")
    engine.view("nodes", "FROM capped_nodes")
    return _rerun(engine, CAPPED)


def _scope_totals(engine: Engine, scope: str) -> Table:
    values: dict[str, Any] = {"scope": scope}
    for name in ("pair_facts", "talker_facts", "latency_facts"):
        values |= {c: v[0] for c, v in engine.columns(engine.select(name)).items()}
    return single_row_table("process_facts", values)


def single_row_table(name: str, values: dict[str, Any]) -> Table:
    """Return a table of one row; values not given are missing."""
    return table_from_rows(name, [[values.get(c) for c in column_types(name)]])


def fact_table(engine: Engine, name: str, scope: str | None = None) -> Table:
    """Return a fact table from the SQL file of the same name."""
    found = engine.columns(engine.select(name))
    size = len(next(iter(found.values())))
    if scope is not None:
        found["scope"] = np.full(size, scope, dtype=object)
    return {c: typed_column(kind, found[c]) for c, kind in column_types(name).items()}


def _stacked(tables: list[Table]) -> Table:
    return {c: np.concatenate([table[c] for table in tables]) for c in tables[0]}

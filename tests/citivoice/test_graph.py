"""The graph of SQL steps: declarations, checks, order, and the command that prints it."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deliberate.citivoice import Log
from deliberate.citivoice.reduction import engine as engines
from deliberate.citivoice.reduction.declarations import (
    SQL_FOLDER,
    InvalidDeclaration,
    parse_declaration,
    read_declarations,
)
from deliberate.citivoice.reduction.engine import DuckDB
from deliberate.citivoice.reduction.facts import SCHEMA
from deliberate.citivoice.reduction.graph import (
    InvalidGraph,
    Step,
    build_graph,
    reduction_graph,
)
from deliberate.citivoice.reduction.reduce import select_log
from deliberate.citivoice.reduction.runner import run_steps
from deliberate.citivoice.reduction.sources import table_sources
from deliberate.commands import cli
from tests.citivoice.log_rows import PROCESS, Row, comment, log_of, sample_rows, staff

PARTS_OF_PROCESS_FACTS = {"window_facts", "population_facts"}
"""Tables that describe the process itself and come from no step."""
VALID = """-- output: week_counts
-- kind: table
-- inputs: person_weeks
-- How many residents took part in each week.
SELECT week, count(*) AS residents FROM person_weeks GROUP BY week
"""


def cyclic_rows() -> list[Row]:
    """Return rows with a cycle, an orphan, a duplicate id and comments that do not count."""
    return [
        *sample_rows(),
        comment("a", "u1", 30, parent_id="b", proposal_id="P1"),
        staff(comment("b", "u2", 31, parent_id="a", proposal_id="P1")),
        comment("c", "u3", 32, parent_id="d", proposal_id="P2"),
        comment("d", "u4", 33, parent_id="c", proposal_id="P2"),
        comment("e", "u5", 34, parent_id="d", proposal_id="P2"),
        comment("f", "u6", 35, parent_id="nowhere", proposal_id="P2"),
        comment("f", "u7", 36, parent_id="e", proposal_id="P2"),
        comment("g", "u8", 37, parent_id="f", proposal_id="P2"),
    ]


def shuffled(steps: list[Step], seed: int) -> list[Step]:
    """Return the steps in a random topological order."""
    choose, waiting, done = random.Random(seed), list(steps), []
    names = {step.name for step in steps}
    while waiting:
        made = {step.name for step in done}
        ready = [s for s in waiting if set(s.precedents) & names <= made]
        done.append(choose.choice(ready))
        waiting.remove(done[-1])
    return done


def counted_in_order(
    log: Log, spill: Path, arrange: Callable[[list[Step]], list[Step]]
) -> dict[str, list[str]]:
    with DuckDB(str(spill)) as engine:
        end = select_log(engine, log, PROCESS).as_of.replace(tzinfo=None)
        graph = reduction_graph()
        steps = arrange(graph.ordered(graph.facts()))
        found = run_steps(engine, steps, table_sources(engine, end, PROCESS.zone))
    return {
        name: sorted(map(repr, zip(*(c.tolist() for c in columns.values()), strict=True)))
        for name, columns in found.items()
    }


@pytest.fixture
def _as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count a log of few rows as one of many: tables dropped, levels one by one, joins ordered."""
    monkeypatch.setattr(engines, "SMALL_LOG_ROWS", 0)


@pytest.mark.usefixtures("_as_large")
@pytest.mark.parametrize("rows", [sample_rows, cyclic_rows], ids=["all count", "some do not"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_topological_order_gives_the_same_facts(
    rows: Callable[[], list[Row]], seed: int, tmp_path: Path
) -> None:
    expected = counted_in_order(log_of(rows()), tmp_path, lambda steps: steps)
    found = counted_in_order(log_of(rows()), tmp_path, lambda steps: shuffled(steps, seed))
    assert found == expected


@pytest.mark.parametrize("rows", [sample_rows, cyclic_rows], ids=["all count", "some do not"])
def test_small_log_has_the_facts_that_it_would_have_if_counted_as_a_large_one(
    rows: Callable[[], list[Row]], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    small = counted_in_order(log_of(rows()), tmp_path, lambda steps: steps)
    request.getfixturevalue("_as_large")
    assert counted_in_order(log_of(rows()), tmp_path, lambda steps: steps) == small


@pytest.mark.usefixtures("_as_large")
def test_run_leaves_no_table_behind(tmp_path: Path) -> None:
    """Each table is dropped by its last reader: only the log remains in the engine."""
    graph = reduction_graph()
    with DuckDB(str(tmp_path)) as engine:
        end = select_log(engine, log_of(cyclic_rows()), PROCESS).as_of.replace(tzinfo=None)
        run_steps(engine, graph.ordered(graph.facts()), table_sources(engine, end, PROCESS.zone))
        left = {name for (name,) in engine.rows("SELECT table_name FROM duckdb_tables()")}
        left |= {
            name
            for (name,) in engine.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")
        }
    assert left == {"batches", "whole_log", "log"}


def test_scope_that_leaves_out_no_comment_repeats_the_facts_of_everyone(tmp_path: Path) -> None:
    found = counted_in_order(log_of(sample_rows()), tmp_path, lambda steps: steps)
    assert found["counted.thread_facts"] == found["everyone.thread_facts"]
    assert found["without_top5.run_facts"] != found["pair_cap_3.run_facts"]


def test_every_fact_table_has_a_step() -> None:
    facts = {name.rpartition(".")[2] for name in reduction_graph().facts()}
    assert set(SCHEMA) - PARTS_OF_PROCESS_FACTS <= facts


def test_declared_inputs_are_the_tables_that_sqlglot_finds() -> None:
    sqlglot = pytest.importorskip("sqlglot")
    for declaration in read_declarations():
        tree = sqlglot.parse_one(declaration.statement, read="duckdb")
        named = {
            ".".join(part for part in (table.db, table.name) if part)
            for table in tree.find_all(sqlglot.exp.Table)
        }
        own = {"frontier", declaration.output} if declaration.kind == "levels" else set()
        assert named - own == set(declaration.inputs), declaration.file


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-- inputs: person_weeks\n", "", "x.sql: line '-- inputs: …' missing"),
        ("-- kind: table\n", "", "x.sql: line '-- kind: …' missing"),
        ("-- output:", "-- result:", "x.sql: unknown key 'result'"),
        ("-- kind: table\n", "-- kind: heap\n", "(got 'heap')"),
        ("-- kind: table\n", "-- kind: levels\n", "(got 'levels')"),
        ("-- kind: table\n", "-- kind: table\n-- kind: view\n", "key 'kind' twice"),
        ("-- kind: table\n", "-- kind: table\n-- if empty: everyone\n", "exactly one scope"),
        ("-- How many residents took part in each week.\n", "", "meaning missing"),
        ("person_weeks\n", "person weeks\n", "'person weeks' is not the name of a table"),
    ],
)
def test_invalid_declaration_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(InvalidDeclaration) as error:
        parse_declaration("x.sql", VALID.replace(old, new, 1))
    assert message in str(error.value)


def test_keys_of_a_declaration_come_in_order() -> None:
    lines = VALID.splitlines()
    swapped = "\n".join([lines[1], lines[0], *lines[2:]])
    with pytest.raises(InvalidDeclaration, match="must be in the order output, kind"):
        parse_declaration("x.sql", swapped)


def test_declaration_of_levels_names_where_they_start() -> None:
    (found,) = [d for d in read_declarations() if d.output == "placed_nodes"]
    assert (found.kind, found.start, found.inputs) == ("levels", "tree_starts", ("scope_replies",))
    assert found.meaning.startswith("One level further down")


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """Return a copy of the SQL files with one text replaced."""
    copy = folder / "sql"
    shutil.copytree(str(SQL_FOLDER), copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    return copy


FLAWS = {
    "table named but not declared": (
        "acts/posts.sql",
        "-- inputs: acts, moderated_comments",
        "-- inputs: acts",
        "acts/posts.sql: the statement reads moderated_comments, which is not declared",
    ),
    "input declared but not read": (
        "acts/posts.sql",
        "-- inputs: acts, ",
        "-- inputs: acts, log, ",
        "acts/posts.sql: the statement does not read its input log",
    ),
    "input that no step makes": (
        "acts/posts.sql",
        "moderated_comments",
        "hidden_comments",
        "acts/posts.sql: no step makes hidden_comments, an input of posts",
    ),
    "output that no step reads": (
        "acts/posts.sql",
        "moderated_comments",
        "reclassified",
        "acts/moderated_comments.sql: no step reads moderated_comments",
    ),
    "cycle": ("acts/threads.sql", "log", "posts", "cycle: "),
    "output made twice": (
        "acts/days.sql",
        "-- output: days",
        "-- output: posts",
        "posts is made by another step too",
    ),
    "facts as input": (
        "process/recent_facts.sql",
        "person_weeks",
        "week_facts",
        "week_facts, an input of recent_facts, is handed to Python",
    ),
    "unknown scope": (
        "facts/run_facts.sql",
        "-- scopes: pair_cap_3",
        "-- scopes: pair_cap_4",
        "facts/run_facts.sql: unknown scope pair_cap_4",
    ),
    "scope without the input": (
        "threads/thread_shape.sql",
        "-- scopes: everyone, counted",
        "-- scopes: everyone, counted, without_new",
        "no step makes node_levels, an input of without_new.thread_shape",
    ),
    "recursion that is not declared": (
        "answers/clocks.sql",
        "-- kind: levels from clock_starts",
        "-- kind: table",
        "answers/clocks.sql: the statement reads clocks, which is not declared",
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_flaw_of_the_graph_is_named(flaw: str, tmp_path: Path) -> None:
    file, old, new, message = FLAWS[flaw]
    with pytest.raises(InvalidGraph) as error:
        build_graph(read_declarations(changed(tmp_path, file, old, new)))
    assert message in str(error.value)


def graph(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["citivoice", "graph", *map(str, arguments)])


def test_graph_command_prints_steps_after_their_inputs() -> None:
    found = graph()
    assert found.exit_code == 0
    seen = {"log", "none"}
    for line in found.stdout.splitlines():
        step, _, inputs = line.partition(" <- ")
        assert set(inputs.split(", ")) <= seen
        seen.add(step.split()[0])
    assert "without_new.run_facts" in seen


def test_graph_command_prints_what_one_table_needs() -> None:
    lines = graph("week_counts").stdout.splitlines()
    names = [line.split()[0] for line in lines]
    assert names[-1] == "week_counts" and "posts" in names and "comments" not in names
    assert graph("run_facts").stdout.count(".run_facts ") == 4


def test_graph_command_prints_json() -> None:
    steps = json.loads(graph("--json").stdout)["steps"]
    (nodes,) = [step for step in steps if step["name"] == "pair_cap_3.nodes"]
    assert (nodes["kind"], nodes["file"]) == ("view", "scopes/capped_nodes.sql")
    assert "counted.nodes" in nodes["inputs"] and nodes["scope"] == "pair_cap_3"


@pytest.mark.parametrize(
    ("name", "first", "edge"),
    [
        ("dot", "digraph citivoice {", '"counted.nodes" -> "counted.reply_edges";'),
        ("mermaid", "flowchart LR", "counted__nodes --> counted__reply_edges"),
    ],
)
def test_graph_command_draws_edges(name: str, first: str, edge: str) -> None:
    lines = [line.strip() for line in graph("--format", name).stdout.splitlines()]
    assert lines[0] == first and edge in lines


def test_graph_command_refuses_an_unknown_name() -> None:
    found = graph("tread_facts")
    assert found.exit_code == 2 and "no step is named 'tread_facts'" in found.stderr


@pytest.mark.parametrize("flaw", ["cycle", "output that no step reads"])
def test_graph_command_fails_for_a_flawed_graph(flaw: str, tmp_path: Path) -> None:
    file, old, new, message = FLAWS[flaw]
    found = graph("--sql", changed(tmp_path, file, old, new))
    assert found.exit_code == 1 and message in found.stderr


def test_graph_command_fails_for_an_invalid_declaration(tmp_path: Path) -> None:
    folder = changed(tmp_path, "acts/posts.sql", "-- kind: table", "-- sort: table")
    found = graph("--sql", folder)
    assert found.exit_code == 1 and "unknown key 'sort'" in found.stderr

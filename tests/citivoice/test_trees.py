"""Trees of replies at their edges: cycles, orphans, self-replies, chains and stars."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberate.citivoice import Facts, reduce
from deliberate.citivoice.indicators.descriptives import describe, rho, virality
from deliberate.citivoice.reduction.engine import DuckDB
from deliberate.citivoice.reduction.graph import Step, reduction_graph
from deliberate.citivoice.reduction.reduce import select_log
from deliberate.citivoice.reduction.runner import run_steps
from deliberate.citivoice.reduction.sources import table_sources
from tests.citivoice.data.open_data import vector
from tests.citivoice.log_rows import PROCESS, Row, comment, log_of, proposal

NAMES = [
    "non_monotone_levels",
    "star_5",
    "chain_5_two_people",
    "chain_5_author_unknown",
    "self_reply",
    "orphan",
    "parent_is_itself",
    "cycle",
    "empty",
]
SHOWN = (
    "depth_distribution",
    "max_depth",
    "max_width",
    "mean_level",
    "structural_virality",
    "share_replied",
    "reply_share",
    "reciprocity",
    "directed_reciprocity",
    "rho",
)


def tree_rows(author: str | None, comments: list[dict[str, Any]]) -> list[Row]:
    return [
        proposal("P1", author),
        *(
            comment(c["id"], c["author"], 1 + k, parent_id=c["parent"])
            for k, c in enumerate(comments)
        ),
    ]


def tree(author: str | None, comments: list[dict[str, Any]]) -> Facts:
    return reduce(log_of(tree_rows(author, comments)), PROCESS)


@pytest.mark.parametrize("name", NAMES)
def test_tree_vectors(name: str) -> None:
    (case,) = [c for c in vector("v02_tree_edge_cases")["cases"] if c["name"] == name]
    expected = case["expected"]
    facts = tree(case["input"]["proposal_author"], case["input"]["comments"])
    thread = {c: v[0] for c, v in facts.scope("thread_facts", "counted").items()}
    block = describe(facts)["counted"]
    for key, value in expected.items():
        if key in SHOWN:
            assert block[key] == pytest.approx(value, abs=1e-6), key
        elif key in thread:
            found = None if thread[key] != thread[key] else thread[key]
            assert found == value, key
    assert block["pairs_directed"] == len(expected["reply_edges"])


PAIRS = """
SELECT l.actor_id AS lower, u.actor_id AS upper, t.forth, t.back
FROM everyone.thread_pairs AS t
JOIN people AS l ON l.person = t.lower_person
JOIN people AS u ON u.person = t.upper_person
"""


def reply_edges(case: dict[str, Any], spill: Path) -> set[tuple[str, str]]:
    """Return who replied to whom, from the pairs among all comments."""
    tables = ("everyone.thread_pairs", "people")
    pairs = Step("pairs", "facts", statement=PAIRS, reads=dict(zip(tables, tables, strict=True)))
    rows = tree_rows(case["input"]["proposal_author"], case["input"]["comments"])
    with DuckDB(str(spill)) as engine:
        end = select_log(engine, log_of(rows), PROCESS).as_of.replace(tzinfo=None)
        steps = [*reduction_graph().ordered(tables), pairs]
        found = run_steps(engine, steps, table_sources(engine, end, PROCESS.zone))["pairs"]
    edges = set()
    for lower, upper, forth, back in zip(*(c.tolist() for c in found.values()), strict=True):
        edges |= {(lower, upper)} if forth else set()
        edges |= {(upper, lower)} if back else set()
    return edges


def test_reply_edges_go_from_the_one_who_replies(tmp_path: Path) -> None:
    for case in vector("v02_tree_edge_cases")["cases"]:
        assert reply_edges(case, tmp_path) == {tuple(e) for e in case["expected"]["reply_edges"]}


parents = st.lists(st.integers(-2, 30), min_size=1, max_size=25)


@settings(max_examples=15, deadline=None)
@given(parents)
def test_any_parent_links_terminate_and_keep_every_comment(links: list[int]) -> None:
    names = {-1: None, -2: "gone"}
    facts = tree(
        "a",
        [
            {"id": f"c{k}", "author": f"u{k % 4}", "parent": names.get(p, f"c{p}")}
            for k, p in enumerate(links)
        ],
    )
    block = describe(facts)["counted"]
    assert block["comments"] == len(links) == sum(block["depth_distribution"].values())


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=2, max_size=20))
def test_distances_agree_with_networkx(choices: list[int]) -> None:
    import networkx as nx

    above = [choice % (k + 1) for k, choice in enumerate(choices)]
    facts = tree(
        "a",
        [
            {"id": f"c{k + 1}", "author": f"u{k % 5}", "parent": f"c{p}" if p else None}
            for k, p in enumerate(above)
        ],
    )
    graph = nx.Graph((k + 1, p) for k, p in enumerate(above))
    thread = facts.scope("thread_facts", "counted")
    assert thread["distance_sum"][0] == nx.wiener_index(graph)
    mean_path = nx.average_shortest_path_length(graph)
    assert virality(len(above), thread["distance_sum"][0]) == pytest.approx(mean_path)


def test_reciprocity_agrees_with_networkx() -> None:
    import networkx as nx

    edges = [("b", "a"), ("a", "b"), ("c", "a"), ("d", "b"), ("b", "d"), ("e", "a")]
    comments = [{"id": f"by{p}", "author": p, "parent": None} for p in "abcde"]
    comments += [{"id": f"r{k}", "author": a, "parent": f"by{b}"} for k, (a, b) in enumerate(edges)]
    block = describe(tree(None, comments))["counted"]
    graph = nx.DiGraph(edges)
    assert block["directed_reciprocity"] == pytest.approx(nx.overall_reciprocity(graph))
    density = nx.density(graph)
    expected = (nx.overall_reciprocity(graph) - density) / (1 - density)
    assert rho(6, 2, 5) == pytest.approx(expected) == block["rho"]

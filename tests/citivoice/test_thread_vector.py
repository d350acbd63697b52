"""One thread through the whole pipeline: the log, the facts, the indicators, the descriptives."""

import json
from datetime import datetime
from typing import Any

import pytest

from deliberate.citivoice import Facts, Log, Process, Scores, get_formulas, judge, reduce
from deliberate.citivoice.indicators.descriptives import describe
from tests.citivoice.data.open_data import vector

PER_THREAD = ("h_index", "h_index_first_fail", "distance_sum")
IN_FACTS = (
    "depth_distribution",
    "pairs",
    "pairs_returned",
    "level_counts",
    "reply_edges",
    *PER_THREAD,
)


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return vector("v01_thread")


@pytest.fixture(scope="module")
def facts(case: dict[str, Any]) -> Facts:
    said = case["input"]
    rows = [row | {"details": json.dumps(row["details"])} for row in said["log"]]
    as_of = datetime.fromisoformat(said["as_of"])
    return reduce(Log.from_rows(rows), Process("v01", as_of=as_of), people=True)


@pytest.fixture(scope="module")
def loose(facts: Facts) -> Scores:
    return judge(facts, get_formulas("1.0").relaxed())


def rows_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def agrees(found: dict[str, Any], expected: dict[str, Any]) -> None:
    picked = {name: found[name] for name in expected}
    assert picked == pytest.approx(expected, abs=1e-6, nan_ok=False)


def test_threads_are_counted(facts: Facts, case: dict[str, Any]) -> None:
    expected = case["expected"]["thread_facts"][0]
    (thread,) = [
        t for t in rows_of(facts.scope("thread_facts", "counted")) if t["proposal_id"] == "P1"
    ]
    assert {name: thread[name] for name in expected} == expected


def test_waiting_times_and_responses_are_counted(facts: Facts, case: dict[str, Any]) -> None:
    found = {row["proposal_id"]: row for row in rows_of(facts["response_facts"])}
    for expected in case["expected"]["response_facts"]:
        row = found[expected["proposal_id"]]
        assert {name: row[name] for name in expected} == expected


def test_person_facts_are_counted_in_memory(facts: Facts, case: dict[str, Any]) -> None:
    found = {row["actor_id"]: row for row in rows_of(facts.person_facts or {})}
    assert len(found) == len(case["expected"]["person_facts"])
    for expected in case["expected"]["person_facts"]:
        row = found[expected.pop("person")]
        assert {name: row[name] for name in expected} == expected


def test_indicators_with_minimums_off(loose: Scores, case: dict[str, Any]) -> None:
    for name, expected in case["expected"]["indicators_with_minimums_and_floors_off"].items():
        found, wilson = vars(loose.findings[name]), expected.pop("wilson95", None)
        agrees(found, expected)
        assert wilson is None or found["ci"] == pytest.approx(wilson, abs=1e-6)


def test_indicators_with_minimums_on(facts: Facts, case: dict[str, Any]) -> None:
    found = judge(facts).findings
    for name, expected in case["expected"]["indicators_with_minimums_on"].items():
        assert {key: vars(found[name])[key] for key in expected} == expected


def test_undefined_indicators_have_no_value(loose: Scores, case: dict[str, Any]) -> None:
    for name in case["expected"]["not_enough_data_in_any_case"]:
        assert loose.findings[name].state == "not_enough_data"
    assert loose.findings["DQ6.1"].reason == "not_moderated"


@pytest.mark.parametrize("scope", ["everyone", "counted"])
def test_descriptives(facts: Facts, case: dict[str, Any], scope: str) -> None:
    expected = case["expected"]["descriptives"][scope]
    found = describe(facts)[scope]
    agrees(found, {name: value for name, value in expected.items() if name not in IN_FACTS})
    (thread,) = [t for t in rows_of(facts.scope("thread_facts", scope)) if t["comments"]]
    for name in (*PER_THREAD, "pairs", "pairs_returned"):
        assert thread[name] == expected[name]
    depths = {str(int(level) - 1): n for level, n in expected["level_counts"].items()}
    assert found["depth_distribution"] == depths == expected["depth_distribution"]


def test_raw_figures(facts: Facts, case: dict[str, Any]) -> None:
    raw, everyone = case["expected"]["raw"], describe(facts)["everyone"]
    assert everyone["rho"] == pytest.approx(raw["rho_everyone"])
    assert describe(facts)["counted"]["ei_index"] == raw["ei_index"]
    (thread,) = [t for t in rows_of(facts.scope("thread_facts", "everyone")) if t["comments"]]
    assert [thread["turns"], thread["turn_chances"]] == raw["turns_everyone"]

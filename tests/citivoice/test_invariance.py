"""Invariances: changes of a log that must not change, or may only lower, a score."""

import json
import random
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberate.citivoice import (
    Log,
    get_formulas,
    judge,
    load_formulas,
    partitioned,
    reduce,
    score,
    score_ahead,
)
from tests.citivoice.log_rows import (
    PROCESS,
    Row,
    acclaimed,
    act,
    comment,
    log_of,
    sample_rows,
    staff,
)

LOOSE = load_formulas().relaxed()
FEW = settings(max_examples=4, deadline=None)
seeds = st.integers(0, 10**6)


def numbered(rows: list[Row]) -> list[Row]:
    return [
        {"seq": place, **row}
        for place, row in enumerate(sorted(rows, key=lambda row: row["occurred_at"]), 1)
    ]


TOWN = numbered(sample_rows())


def loose(log: Log) -> dict[str, Any]:
    return judge(reduce(log, PROCESS), LOOSE).to_dict()


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return loose(Log.from_rows(TOWN))


@FEW
@given(seeds)
def test_scores_do_not_depend_on_pseudonyms(plain: dict[str, Any], seed: int) -> None:
    names = {row["actor_id"] for row in TOWN if row["actor_id"]}
    new = {name: f"{random.Random(f'{seed}{name}').random()}" for name in sorted(names)}
    renamed = [row | {"actor_id": new.get(row["actor_id"])} for row in TOWN]
    assert loose(Log.from_rows(renamed)) == plain


@FEW
@given(seeds)
def test_scores_do_not_depend_on_row_order(plain: dict[str, Any], seed: int) -> None:
    mixed = random.Random(seed).sample(TOWN, len(TOWN))
    assert loose(Log.from_rows(mixed)) == plain


@FEW
@given(st.integers(1, len(TOWN) - 1))
def test_scores_do_not_depend_on_how_a_log_is_split(plain: dict[str, Any], cut: int) -> None:
    assert loose(Log.from_rows(TOWN[:cut]) + Log.from_rows(TOWN[cut:])) == plain


def test_scores_of_a_partition_equal_those_of_the_whole_log() -> None:
    rows = [
        row | {"process_id": name} for name in ("1", "2") for row in sample_rows(12 * int(name))
    ]
    everywhere = act(
        "account.reclassified", "u1", 9, process_id=None, subject_id="u1", details={"class": "bot"}
    )
    whole = Log.from_rows([*rows, everywhere])
    processes = [replace(PROCESS, process_id=name) for name in ("1", "2", "3")]
    with partitioned(whole, ["1", "2", "3"]) as logs:
        tasks = (partial(score, logs[process.process_id], process) for process in processes)
        found = [scores.result().to_json() for scores in score_ahead(tasks)]
    assert found == [score(whole, process).to_json() for process in processes]


@FEW
@given(seeds)
def test_staff_and_system_comments_change_no_score(plain: dict[str, Any], seed: int) -> None:
    draw = random.Random(seed)
    posts = [row for row in TOWN if row["kind"] == "comment.posted"]
    extra = []
    for k in range(20):
        above = draw.choice(posts)
        row = comment(
            f"x{k}",
            "A1",
            3000 + k,
            parent_id=above["subject_id"],
            proposal_id=above["proposal_id"],
            stance=draw.choice([-1, 0, 1]),
        )
        extra.append(staff(row) if k % 2 else row | {"account_class": "system"})
    found = loose(Log.from_rows(numbered([*sample_rows(), *extra])))
    assert found["indicators"] == plain["indicators"]
    assert found["dimensions"] == plain["dimensions"]


def values(document: dict[str, Any], prefix: str) -> dict[str, float]:
    return {
        name: shown["normalised"]
        for name, shown in document["indicators"].items()
        if name.startswith(prefix) and shown["normalised"] is not None
    }


@FEW
@given(seeds)
def test_self_replies_raise_no_deliberation_score(plain: dict[str, Any], seed: int) -> None:
    draw = random.Random(seed)
    posts = [row for row in TOWN if row["kind"] == "comment.posted"]
    above = [draw.choice(posts) for _ in range(15)]
    extra = [
        comment(
            f"x{k}",
            a["actor_id"],
            3000 + k,
            parent_id=a["subject_id"],
            proposal_id=a["proposal_id"],
        )
        for k, a in enumerate(above)
    ]
    found = values(loose(Log.from_rows(numbered([*sample_rows(), *extra]))), "DQ")
    before = values(plain, "DQ")
    assert all(found[name] <= before[name] + 1e-9 for name in before if name[:3] != "DQ4")


@FEW
@given(seeds)
def test_an_answer_by_another_never_lowers_the_share_answered(
    plain: dict[str, Any], seed: int
) -> None:
    draw = random.Random(seed)
    unanswered = [
        row
        for row in TOWN
        if row["kind"] == "comment.posted"
        and row["subject_id"] not in {r["parent_id"] for r in TOWN if "parent_id" in r}
    ]
    above = draw.choice(unanswered)
    extra = comment(
        "x", "somebody else", 3000, parent_id=above["subject_id"], proposal_id=above["proposal_id"]
    )
    found = loose(Log.from_rows(numbered([*sample_rows(), extra])))
    assert values(found, "DQ1.1")["DQ1.1"] >= values(plain, "DQ1.1")["DQ1.1"]


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for inner in value.values() for n in numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in numbers(inner)]
    return [value] if isinstance(value, float) else []


KINDS = [
    "proposal.submitted",
    "comment.posted",
    "support.given",
    "support.taken_back",
    "response.published",
    "comment.hidden",
    "proposal.withdrawn",
    "proposal.merged",
    "ballot.cast",
    "attendance.noted",
    "commitment.updated",
    "phase.scheduled",
    "comment.coded",
    "answer.audited",
]
noise = st.lists(
    st.builds(
        act,
        st.sampled_from(KINDS),
        st.sampled_from(["a", "b", "c", None]),
        st.integers(0, 3000),
        proposal_id=st.sampled_from(["P1", "P2", None]),
        subject_id=st.sampled_from(["P1", "P2", "c1", "c2", None]),
        parent_id=st.sampled_from(["c1", "c2", None]),
        stance=st.sampled_from([-1, 0, 1, None]),
        actor_role=st.sampled_from(["resident", "staff", None]),
        details=st.sampled_from(
            [None, {"reason": 2}, {"decision": "accepted"}, {"into": "P2"}, {"ground": "spam"}]
        ),
    ),
    max_size=30,
)


@settings(max_examples=12, deadline=None)
@given(noise)
def test_random_logs_give_no_nan_and_no_error(rows: list[Row]) -> None:
    document = judge(reduce(log_of(rows), PROCESS), LOOSE).to_json()
    assert "NaN" not in document
    assert all(number == number for number in numbers(json.loads(document)))


def test_same_log_and_seed_give_the_same_bytes() -> None:
    one, two = (score(Log.from_rows(TOWN), PROCESS).to_json() for _ in range(2))
    assert one == two


def test_empty_log_gives_missing_values_not_zeros() -> None:
    scores = score(Log.from_rows([]), PROCESS)
    assert all(finding.value is None for finding in scores.findings.values())
    assert scores.headline["en"] == (
        "Too little talk to judge yet. Too early to say who comes back."
    )


def test_pure_acclamation_scores_near_zero() -> None:
    total = score(log_of(acclaimed()), PROCESS, formulas=get_formulas("1.0")).totals["DQ"]
    assert total.score is not None
    assert 0.03 <= total.score <= 0.05
    assert total.ci is not None
    assert total.ci[0] < total.score < total.ci[1]

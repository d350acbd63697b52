"""Waiting for a response: Kaplan-Meier, censoring, and what ends a wait."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate.citivoice import load_formulas, reduce, score
from deliberate.citivoice.indicators.formulas import restricted_mean, survival, survival_median
from deliberate.citivoice.indicators.resampling import ClusterCells
from deliberate.citivoice.indicators.responsiveness import answered_within, measure_responsiveness
from deliberate.citivoice.indicators.statistics import to_finding
from tests.citivoice.data.open_data import vector
from tests.citivoice.log_rows import (
    PROCESS,
    act,
    comment,
    log_of,
    proposal,
    response,
    staff,
    table_of,
)

CASES = ["six_proposals", "median_not_reached", "nobody_was_answered"]
waits = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=40)


@pytest.mark.parametrize("name", CASES)
def test_waiting_vectors(name: str) -> None:
    (case,) = [c for c in vector("v03_response_time_km")["cases"] if c["name"] == name]
    days, answered = case["input"]["durations_days"], case["input"]["answered"]
    expected, sf = case["expected"], survival(days, answered)
    for step in expected.get("km", []):
        assert float(sf.evaluate(step["t"])) == pytest.approx(step["S"], abs=1e-6)
    for limit, share in expected["answered_within"].items():
        assert 1 - float(sf.evaluate(int(limit))) == pytest.approx(share, abs=1e-6)
    assert survival_median(days, answered) == expected["median_days"]
    for limit, mean in expected.get("restricted_mean_days", {}).items():
        assert restricted_mean(days, answered, int(limit)) == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("name", ["six_proposals", "nobody_was_answered"])
def test_indicators_of_the_waiting_vectors(name: str) -> None:
    (case,) = [c for c in vector("v03_response_time_km")["cases"] if c["name"] == name]
    responses = table_of(
        "response_facts",
        [
            {"initiator": "resident", "hours": d * 24, "is_answered": a, "age_hours": g * 24}
            for d, a, g in zip(*case["input"].values(), strict=True)
        ],
    )
    formulas = load_formulas()
    measures = measure_responsiveness(table_of("thread_facts", []), responses, formulas)
    for indicator in ("RS1.1", "RS2.1", "RS3.1"):
        expected = case["expected"].get(indicator, {})
        finding = vars(to_finding(formulas.indicators[indicator], measures[indicator]))
        assert {key: finding[key] for key in expected} == expected


@given(waits)
def test_survival_agrees_with_lifelines(pairs: list[tuple[int, bool]]) -> None:
    import lifelines

    hours, ended = zip(*pairs, strict=True)
    fitter = lifelines.KaplanMeierFitter().fit(hours, ended)
    expected = 1 - float(fitter.predict(30))
    cells = ClusterCells.of(np.array(hours), ~np.array(ended))
    drawn = answered_within(cells, 30)(cells.counts[None, :].astype(float))
    assert 1 - float(survival(hours, ended).evaluate(30)) == pytest.approx(expected)
    assert float(drawn[0]) == pytest.approx(expected)


def waiting(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    table = reduce(log_of(rows), PROCESS)["response_facts"]
    listed = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    return {row["proposal_id"]: row for row in listed}


def test_interim_response_does_not_stop_the_clock() -> None:
    rows = [proposal("P1", "a"), response("P1", 10, decision="needs_study"), response("P1", 50)]
    assert waiting(rows)["P1"]["hours"] == 50


def test_not_ours_with_a_referral_does_not_stop_the_clock() -> None:
    referral = staff(act("proposal.referred", "A1", 5))
    rows = [proposal("P1", "a"), response("P1", 10, decision="not_ours")]
    assert waiting(rows)["P1"]["is_answered"] == 1
    assert waiting([*rows, referral])["P1"]["is_answered"] == 0


def test_withdrawal_ends_the_wait() -> None:
    rows = [proposal("P1", "a"), act("proposal.withdrawn", "a", 40), response("P1", 60)]
    assert (waiting(rows)["P1"]["hours"], waiting(rows)["P1"]["is_answered"]) == (40, 0)


def test_merged_proposal_hands_its_clock_to_the_target() -> None:
    merged = staff(act("proposal.merged", "A1", 30, details={"into": "P2"}))
    rows = [proposal("P1", "a"), proposal("P2", "b", 20), merged, response("P2", 100)]
    assert waiting(rows)["P1"]["hours"] == 30
    assert waiting(rows)["P2"]["hours"] == 100
    apart = [*rows, staff(act("proposal.unmerged", "A1", 35))]
    assert waiting(apart)["P2"]["hours"] == 80


def test_clocks_follow_merger_chains_and_stop_at_cycles() -> None:
    rows = [proposal(f"P{k}", "a", k * 10) for k in range(4)]
    rows += [
        staff(
            act(
                "proposal.merged",
                "A1",
                50 + k,
                proposal_id=f"P{k}",
                details={"into": f"P{(k + 1) % 4}"},
            )
        )
        for k in range(4)
    ]
    ages = {row["age_hours"] for row in waiting(rows).values()}
    assert len(ages) == 1


def test_clock_starts_at_the_support_threshold() -> None:
    rows = [
        proposal("P1", "a"),
        proposal("P2", "b"),
        act("proposal.qualified", None, 100),
        response("P1", 148),
    ]
    assert {name: row["hours"] for name, row in waiting(rows).items()} == {"P1": 48}


def test_latest_response_gives_reasons_and_first_stops_the_clock() -> None:
    rows = [proposal("P1", "a"), response("P1", 48), response("P1", 90, reason_chars=5, repeats=1)]
    row = waiting(rows)["P1"]
    assert (row["hours"], row["reason_chars"], row["repeats"]) == (48, 5, 1)


def test_dialogue_needs_a_resident_and_then_staff() -> None:
    rows = [proposal("P1", "a"), response("P1", 10)]
    asked, told = comment("c1", "b", 20), staff(comment("c2", "A1", 30))
    early = staff(comment("c0", "A1", 15))
    assert waiting([*rows, asked, told])["P1"]["dialogue"] == 1
    assert waiting([*rows, early, asked])["P1"]["dialogue"] == 0


def test_commitment_with_a_reported_outcome_is_traced() -> None:
    rows = [proposal("P1", "a"), response("P1", 10)]
    dropped = staff(act("commitment.dropped", "A1", 20, details={"reason_given": True}))
    silent = staff(act("commitment.dropped", "A1", 20, details={"reason_given": False}))
    assert waiting(rows)["P1"]["accepted_90d"] == 1
    assert waiting([*rows, dropped])["P1"]["traced"] == 1
    assert waiting([*rows, silent])["P1"]["traced"] == 0


def test_audited_reasons_replace_the_formal_count() -> None:
    rows = [
        row
        for k in range(25)
        for row in (
            proposal(f"P{k}", "a", k),
            response(f"P{k}", 100 + k),
            act("answer.audited", "Q", 200, proposal_id=f"P{k}", details={"confirmed": k < 22}),
        )
    ]
    assert score(log_of(rows), PROCESS).findings["RS2.1"].value == pytest.approx(22 / 25)
    worse = [
        r | {"details": '{"confirmed": false}'} if r["kind"] == "answer.audited" else r
        for r in rows
    ]
    assert score(log_of(worse), PROCESS).findings["RS2.1"].reason == "audit_failed"

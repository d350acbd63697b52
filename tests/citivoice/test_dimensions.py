"""From thread facts through indicators and criteria to the dimension; minimums and states."""

from typing import Any

import pytest

from deliberate.citivoice import get_formulas
from deliberate.citivoice.indicators.deliberation_quality import measure_deliberation
from deliberate.citivoice.indicators.statistics import to_finding
from deliberate.citivoice.scoring.aggregation import (
    carried_criteria,
    criteria_scores,
    dimension_score,
    has_enough_criteria,
)
from tests.citivoice.data.open_data import vector
from tests.citivoice.log_rows import table_of

RULES = get_formulas("1.0")
DQ = RULES.dimensions["DQ"]
NAMES = [
    "acclamation_star",
    "two_people_in_each_thread",
    "two_replies_do_not_make_a_perfect_score",
    "too_few_comments",
    "nobody_took_a_stance",
    "source_without_stance_and_moderation",
]


def platform(name: str) -> tuple[dict[str, Any], dict[str, Any], frozenset[str] | None]:
    cases = vector("v09_equality_and_aggregation")["facts_to_dimension"]
    (case,) = [c for c in cases if c["name"] == name]
    rows = [row for row in case["input"]["thread_facts"] for _ in range(row["repeat"])]
    measures, _ = measure_deliberation(table_of("thread_facts", rows), RULES)
    cannot = case["input"]["source_cannot_carry"]
    carries = frozenset(c for c in RULES.criteria if c not in cannot) if cannot else None
    findings = {n: to_finding(RULES.indicators[n], m) for n, m in measures.items()}
    return findings, case["expected"], carries


@pytest.mark.parametrize("name", NAMES)
def test_platform_vectors(name: str) -> None:
    findings, expected, carries = platform(name)
    for indicator, said in expected["indicators"].items():
        shown = {key: vars(findings[indicator])[key] for key in said}
        assert shown == pytest.approx(said, abs=1e-6)
    normalised = {n: f.normalised for n, f in findings.items()}
    criteria = criteria_scores(RULES, normalised)
    said = expected["criteria"]
    assert {name: criteria[name] for name in said} == pytest.approx(said, abs=1e-6)
    score = dimension_score(RULES, DQ, normalised, carries)
    assert score == pytest.approx(expected["DQ"]["score"], abs=1e-6)
    carried = carried_criteria(DQ, carries)
    assert has_enough_criteria(DQ, criteria, carried) is expected["DQ"]["enough_criteria"]
    assert sum(criteria[c] is not None for c in carried) == expected["DQ"]["criteria_scored"]


def test_civility_is_shown_beside_the_dimension_score() -> None:
    """The vectors still count it among six carried criteria where nothing is said to be missing."""
    assert carried_criteria(DQ, None) == ["DQ1", "DQ2", "DQ3", "DQ4", "DQ5"]
    assert "DQ6" in RULES.criteria


def test_interval_without_spread_uses_the_number_of_threads() -> None:
    findings, _, _ = platform("acclamation_star")
    assert findings["DQ1.1"].ci == pytest.approx((0.0, 0.113513393174), abs=1e-6)


def test_a_dimension_needs_its_core() -> None:
    scored: dict[str, float | None] = {"DQ1": None, "DQ2": 0.5, "DQ3": 0.5, "DQ4": 0.5, "DQ5": 0.5}
    assert not has_enough_criteria(DQ, scored, carried_criteria(DQ, None))
    assert has_enough_criteria(DQ, scored | {"DQ1": 0.1}, carried_criteria(DQ, None))

"""Inequality, representation, burstiness, goalposts and means, against vectors and libraries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate.citivoice import get_formulas, load_formulas
from deliberate.citivoice.framework.headline import band
from deliberate.citivoice.indicators import formulas
from deliberate.citivoice.indicators.resampling import (
    PROPOSALS,
    ClusterCells,
    bootstrap,
    percentiles,
)
from deliberate.citivoice.indicators.statistics import to_finding
from deliberate.citivoice.indicators.sustained_participation import measure_sustained_participation
from deliberate.citivoice.reduction.facts import Table
from deliberate.citivoice.scoring.judged_scores import (
    criterion_rating_score,
    evidence_grade,
    judgement_differs,
    rater_agreement,
)
from tests.citivoice.data.open_data import vector
from tests.citivoice.log_rows import table_of


def near(expected: object) -> object:
    return pytest.approx(expected, abs=1e-6)


def test_representation_vectors() -> None:
    for case in vector("v07_representation")["cases"]:
        people, shares = case["input"]["people"], case["input"]["population_share"]
        expected = case["expected"]
        assert formulas.dissimilarity(people, shares) == near(expected["dissimilarity"])
        assert formulas.chance_dissimilarity(sum(people), shares) == near(
            expected["chance_dissimilarity"]
        )
        assert formulas.divergence(people, shares) == near(expected["kl_nats"])
        assert formulas.jensen_shannon(people, shares) == near(expected["jsd_base2"])
        excess = max(0.0, expected["dissimilarity"] - expected["chance_dissimilarity"])
        assert excess == near(expected["IN1.1"]["value"])
        placed = formulas.goalpost(excess, *load_formulas().indicators["IN1.1"].goalpost)
        assert placed == near(expected["IN1.1"]["normalised"])


def test_burstiness_vectors() -> None:
    for case in vector("v08_burstiness")["cases"]:
        gaps = np.diff(case["times"])
        b, a = formulas.burstiness(len(gaps), gaps.sum(), (gaps**2).sum())
        assert (b, a) == (near(case["expected"]["B"]), near(case["expected"]["A_n"]))


def test_equality_vectors() -> None:
    v = vector("v09_equality_and_aggregation")
    for case in v["gini"]:
        assert formulas.gini(case["x"]) == near(case["gini"])
        assert formulas.gini(case["x"], unbiased=True) == near(case["gini_unbiased"])
    for case in v["top_share"]:
        assert formulas.top_share(case["x"], case["q"]) == near(case["expected"])
    for case in v["wilson95"]:
        assert formulas.wilson(case["k"], case["n"]) == near(case["expected"])


def test_mean_vectors() -> None:
    v = vector("v09_equality_and_aggregation")
    for case in v["goalpost"]:
        assert formulas.goalpost(case["x"], case["lo"], case["hi"], case["direction"]) == near(
            case["expected"]
        )
    for case in v["arithmetic_mean"]:
        assert formulas.mean(case["x"]) == near(case["expected"])
    for case in v["geometric_mean_floor_0.01"]:
        assert formulas.geometric_mean(case["x"]) == near(case["expected"])


def ladder(reached: dict[str, int]) -> Table:
    cells = [
        {"supported": 1, "people": reached["support"] - reached["comment"]},
        {"supported": 1, "contributed": 1, "people": reached["comment"]},
    ]
    return table_of("person_cells", cells)


def test_state_of_a_finding_vector() -> None:
    case = vector("v09_equality_and_aggregation")["ladder"]
    rules = get_formulas("1.0").relaxed()
    measures = measure_sustained_participation(
        ladder(case["input"]), table_of("week_facts", []), rules
    )
    finding = vars(to_finding(rules.indicators["SP5.1"], measures["SP5.1"]))
    expected = case["expected"]["SP5.1_minimums_off"]
    assert finding["ci"] == near(expected.pop("wilson95"))
    assert {name: finding[name] for name in expected} == near(expected)


def test_bootstrap_vector() -> None:
    case = vector("v09_equality_and_aggregation")["cluster_bootstrap"]
    rows = np.array(case["input"], dtype=float)
    cells = ClusterCells.of(rows[:, 0], rows[:, 1])
    drawn = bootstrap(cells, 1000, 2019, PROPOSALS)
    top, bottom = cells.sums()
    assert top / bottom == near(case["expected"]["value"])
    ends = percentiles(drawn[:, 0] / drawn[:, 1])
    assert ends == pytest.approx(case["expected"]["interval"], abs=0.02)


def test_kappa_vectors_and_scikit_learn() -> None:
    for case in vector("v09_equality_and_aggregation")["quadratic_weighted_kappa"]:
        assert rater_agreement(case["a"], case["b"]).kappa == near(case["expected"])


ratings = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=60)


@given(ratings)
def test_kappa_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    a, b = zip(*pairs, strict=True)
    ours = formulas.kappa(formulas.cross_table(a, b, 4))
    if ours is not None:
        theirs = cohen_kappa_score(a, b, weights="quadratic", labels=[0, 1, 2, 3])
        assert ours == pytest.approx(theirs, abs=1e-9)


@given(st.integers(1, 3000), st.data())
def test_wilson_agrees_with_the_formula(n: int, data: st.DataObject) -> None:
    from scipy import stats

    k = data.draw(st.integers(0, n))
    z = stats.norm.ppf(0.975)
    p, spread = k / n, z**2 / n
    half = z * np.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    centre = (p + spread / 2) / (1 + spread)
    assert formulas.wilson(k, n) == pytest.approx((centre - half, centre + half), abs=1e-9)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30))
def test_gini_is_half_the_mean_difference(counts: list[int]) -> None:
    x = np.array(counts, dtype=float)
    if x.sum():
        expected = np.abs(np.subtract.outer(x, x)).mean() / (2 * x.mean())
        assert formulas.gini(counts) == pytest.approx(expected)


def test_judged_vectors() -> None:
    for case in vector("v09_equality_and_aggregation")["judged"]:
        assert criterion_rating_score(case["input"]["ratings"]) == case["expected"]["score"]


def test_rater_agreement_counts_only_questions_both_rated() -> None:
    both, none = rater_agreement([2, "NE", 1, 0], [2, 1, "NA", 0]), rater_agreement(["NE"], [1])
    assert (both.kappa, both.n, both.equal) == (1.0, 2, 2)
    assert (none.kappa, none.n) == (None, 0)


def test_judged_and_logged_scores_are_compared() -> None:
    assert judgement_differs(0.5, 1.0) is True
    assert judgement_differs(0.75, 1.0) is False
    assert judgement_differs(None, 1.0) is None
    assert [
        evidence_grade(0.75, 1.0, 1),
        evidence_grade(0.5, 1.0, 1),
        evidence_grade(0.5, None, 2),
        evidence_grade(0.5, None, 1),
        evidence_grade(None, None, 0),
    ] == ["A", "B", "B", "C", None]


def test_band_vectors() -> None:
    for case in vector("v09_equality_and_aggregation")["headline_band"]:
        ci = None if case["ci"] is None else tuple(case["ci"])
        name, uncertain = band(case["score"], ci)
        assert {"band": name, "uncertain": uncertain} == case["expected"]

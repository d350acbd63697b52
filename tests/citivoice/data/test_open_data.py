"""The open halves of Barcelona, Madrid, UK petitions and Polis: every figure known for them."""

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from deliberate.citivoice import Log, Process, Scores, get_formulas, judge, reduce, score
from deliberate.citivoice.indicators.formulas import wilson
from deliberate.citivoice.scoring.scores import rounded
from deliberate.queries.scores.scoreboard import DOMINANT_SHARE
from tests.citivoice.data.open_data import barcelona, madrid, petitions, shared
from tests.citivoice.log_rows import PROCESS, acclaimed, exchanged, log_of

FIRST = get_formulas("1.0")
"""The figures were agreed under the first version; 1.1 is tested apart."""
BARCELONA = Process(
    "pam2016",
    timezone="Europe/Madrid",
    as_of=datetime(2016, 9, 30, 22),
    carries=frozenset(
        ["DQ1", "DQ2", "DQ3", "DQ4", "DQ5", "RS4", "SP1", "SP2", "SP4", "IN1", "IN2", "IN3"]
    ),
)
MADRID = Process(
    "decide2019",
    timezone="Europe/Madrid",
    as_of=datetime(2019, 9, 30, 22),
    carries=frozenset(["DQ1", "DQ2", "DQ4", "DQ5", "SP1", "SP2", "SP4", "IN1", "IN2", "IN3"]),
)
DESCRIPTIVES: dict[str, tuple[Any, Any, Any]] = {
    "proposals": (6342, 6342, 39),
    "proposals_with_comments": (3139, 1573, 39),
    "comments": (9100, 4344, 2138),
    "comment_authors": (1942, 1928, 1055),
    "roots": (8538, 3784, 1082),
    "replies": (562, 560, 1056),
    "orphans": (0, 4, 81),
    "share_replied": (0.0544, 0.1128, 0.3466),
    "reply_share": (0.0618, 0.1289, 0.4939),
    "gini_comments_per_author": (0.7463, 0.4776, 0.4516),
    "top10pct_share": (0.7368, 0.4576, 0.4593),
    "top_author_share": (0.3715, 0.0173, 0.0187),
    "single_comment_authors": (1281, 1280, 786),
    "returning_days": (0.1746, 0.1712, 0.1403),
    "returning_weeks": (0.1478, 0.1442, 0.11),
    "returning_months": (0.102, 0.0996, 0.09),
    "self_replies": (49, 49, 42),
    "pairs_directed": (470, 464, 683),
    "pairs_undirected": (418, 412, 584),
    "reciprocity": (0.1244, 0.1262, 0.1695),
    "max_depth": (5, 5, 19),
}
LATENCIES = (2122.37, 2053.21, 1470.88)
DEPTHS: tuple[list[int], ...] = (
    [8538, 442, 87, 20, 9, 4],
    [3784, 440, 87, 20, 9, 4],
    [1082, 524, 208, 126, 67, 41],
)
H_INDEX = (
    {"1": 3073, "2": 61, "3": 4, "4": 1},
    {"0": 3, "1": 1505, "2": 60, "3": 4, "4": 1},
    {"1": 2, "2": 8, "3": 15, "4": 8, "5": 5, "6": 1},
)
FIRST_FAIL = (H_INDEX[0], H_INDEX[1], {"1": 2, "2": 10, "3": 15, "4": 7, "5": 5})
WHERE = [("barcelona", "everyone"), ("barcelona", "counted"), ("madrid", "everyone")]
INDICATORS = {
    "barcelona": {
        "DQ1.1": (446, 4344, 0.1027, (0.084, 0.123)),
        "DQ1.2": (507, 4344, 0.1167, (0.095, 0.139)),
        "DQ2.1": (165, 436, 0.3784, (0.315, 0.445)),
        "DQ2.2": (102, 470, 0.2170, (0.163, 0.267)),
        "DQ3.2": (20, 114, 0.1754, (0.117, 0.256)),
        "DQ4.1": (None, 193, 0.2661, (0.244, 0.288)),
        "IN3.1": (1988, 4344, 0.4576, (0.416, 0.495)),
        "RS4.1": (5381, 6342, 0.8485, None),
        "SP1.1": (265, 1411, 0.1878, (0.168, 0.209)),
        "SP2.1": (368, 2400, 0.1533, (0.139, 0.168)),
    },
    "madrid": {
        "DQ1.1": (709, 2136, 0.3319, (0.287, 0.395)),
        "DQ1.2": (933, 2136, 0.4368, (0.375, 0.512)),
        "DQ2.1": (399, 963, 0.4143, (0.328, 0.522)),
        "DQ2.2": (196, 683, 0.2870, (0.216, 0.380)),
        "DQ4.1": (None, 39, 0.2798, (0.230, 0.332)),
        "IN3.1": (982, 2136, 0.4597, (0.412, 0.503)),
        "SP1.1": (61, 1049, 0.0582, (0.046, 0.074)),
        "SP2.1": (117, 1050, 0.1114, (0.094, 0.132)),
        "SP4.1": (60, 180, 0.3333, None),
    },
}
PLACES = [(place, name) for place, found in INDICATORS.items() for name in found]


@pytest.fixture(scope="module")
def scored() -> dict[str, Scores]:
    return {
        "barcelona": score(Log.from_rows(barcelona()), BARCELONA, formulas=FIRST),
        "madrid": score(Log.from_rows(madrid()), MADRID, formulas=FIRST),
    }


@pytest.mark.parametrize("column", [0, 1, 2])
def test_descriptives(scored: dict[str, Scores], column: int) -> None:
    place, scope = WHERE[column]
    block = scored[place].descriptives[scope]
    for name, values in DESCRIPTIVES.items():
        assert block[name] == pytest.approx(values[column], abs=0.00005), name
    assert block["reply_latency_median_min"] == pytest.approx(LATENCIES[column], abs=0.005)
    assert list(block["depth_distribution"].values())[:6] == DEPTHS[column]
    assert block["h_index"] == H_INDEX[column]
    assert block["h_index_first_fail"] == FIRST_FAIL[column]


def test_retention_of_barcelona(scored: dict[str, Scores]) -> None:
    blocks = scored["barcelona"].descriptives
    for scope, expected in (("everyone", 0.1096), ("counted", 0.1033)):
        months = blocks[scope]["retention"]
        assert months["2016-02"] == pytest.approx(0.1656, abs=0.00005)
        assert months["2016-03"] == pytest.approx(expected, abs=0.00005)


@pytest.mark.parametrize(("place", "name"), PLACES)
def test_indicators(scored: dict[str, Scores], place: str, name: str) -> None:
    numerator, denominator, value, ci = INDICATORS[place][name]
    finding = scored[place].findings[name]
    assert numerator is None or finding.numerator == numerator
    assert finding.denominator == denominator
    assert finding.value == pytest.approx(value, abs=0.00005)
    assert ci is None or finding.ci == pytest.approx(ci, abs=0.02)


def test_criteria_that_sources_do_not_support_are_missing(scored: dict[str, Scores]) -> None:
    barcelona_, madrid_ = (scored[place].findings for place in ("barcelona", "madrid"))
    assert (barcelona_["DQ3.1"].state, barcelona_["DQ3.1"].value) == ("not_enough_data", None)
    assert [madrid_[name].reason for name in ("DQ3.1", "DQ3.2")] == ["source", "source"]
    weeks = barcelona_["SP4.1"]
    assert (weeks.value, weeks.n, weeks.numerator, weeks.reason) == (None, 11, 11, "few")


@pytest.mark.parametrize(
    ("place", "name", "expected", "ci", "used"),
    [
        ("barcelona", "DQ", 0.4055, (0.349, 0.453), "DQ1 DQ2 DQ3 DQ4"),
        ("madrid", "DQ", 0.7123, (0.655, 0.781), "DQ1 DQ2 DQ4"),
        ("barcelona", "SP", 0.339, (0.305, 0.372), "SP1 SP2"),
        ("madrid", "SP", 0.205, None, "SP1 SP2 SP4"),
    ],
)
def test_dimensions(
    scored: dict[str, Scores],
    place: str,
    name: str,
    expected: float,
    ci: tuple[float, float] | None,
    used: str,
) -> None:
    total = scored[place].totals[name]
    assert total.score == pytest.approx(expected, abs=0.0005)
    assert ci is None or total.ci == pytest.approx(ci, abs=0.02)
    assert " ".join(total.criteria_used) == used
    assert total.state == "value"


def test_sensitivity_and_weights(scored: dict[str, Scores]) -> None:
    barcelona_, madrid_ = (scored[place].totals["DQ"] for place in ("barcelona", "madrid"))
    runs = [
        total.sensitivity[run]
        for run in ("pair_cap_3", "without_top5")
        for total in (barcelona_, madrid_)
    ]
    assert runs == pytest.approx([0.400, 0.608, 0.415, 0.606], abs=0.0005)
    assert barcelona_.weights_band == pytest.approx((0.24, 0.66), abs=0.02)
    assert madrid_.weights_band == pytest.approx((0.63, 0.79), abs=0.02)
    assert (barcelona_.marks, madrid_.marks) == ((), ("few_voices",))


def test_support_accounts_are_left_out_and_printed(scored: dict[str, Scores]) -> None:
    document = scored["barcelona"].to_dict()
    assert document["excluded_accounts"] == [{"reason": "system", "accounts": 14, "comments": 4756}]
    assert document["window"]["as_of"] == "2016-10-01"


def test_negative_comments_start_more_discussion(scored: dict[str, Scores]) -> None:
    counted = scored["barcelona"].descriptives["counted"]["roots_by_stance"]
    everyone = scored["barcelona"].descriptives["everyone"]["roots_by_stance"]
    found = [(s["replied"], s["roots"]) for s in counted.values()]
    assert found == [(80, 300), (98, 848), (205, 2636)]
    assert [round(s["mean_descendants"], 4) for s in counted.values()] == [0.5133, 0.1427, 0.1066]
    assert [(s["replied"], s["roots"]) for s in everyone.values()] == [
        (80, 300),
        (102, 5413),
        (206, 2825),
    ]
    assert wilson(80, 300) == pytest.approx((0.220, 0.319), abs=0.001)


def test_the_council_s_proposals_are_accepted_more(scored: dict[str, Scores]) -> None:
    found = scored["barcelona"].descriptives["everyone"]["acceptance"]
    assert {who: (a["accepted"], a["decided"]) for who, a in found.items()} == {
        "authority": (907, 961),
        "organisation": (744, 948),
        "meeting": (1825, 2514),
        "resident": (1302, 1919),
    }
    parts = scored["barcelona"].findings["RS4.1"].parts
    assert parts["acceptance_gap"] == pytest.approx(-0.224, abs=0.0005)
    assert parts["acceptance_gap_ci"] == pytest.approx((-0.242, -0.205), abs=0.02)


def test_petitions_are_answered_in_time() -> None:
    facts = reduce(Log.from_rows(petitions()), Process("uk", as_of=datetime(2022, 9, 1)))
    hours = facts["response_facts"]["hours"]
    assert len(hours) == facts["response_facts"]["is_answered"].sum() == 67
    assert [int((hours <= days * 24).sum()) for days in (14, 21, 30)] == [5, 35, 59]
    found = judge(facts)
    assert found.findings["RS1.1"].value == pytest.approx(0.8806, abs=0.00005)
    median = found.descriptives["counted"]["days_to_answer"]["median"]
    assert median == pytest.approx(20.96, abs=0.005)
    assert [hours.min() / 24, hours.max() / 24] == pytest.approx([10.29, 58.38], abs=0.05)


def test_the_open_release_of_barcelona_gives_the_same_scores(scored: dict[str, Scores]) -> None:
    """Hours are all the open release holds; before and after is (hour, seq)."""
    rows = [
        row | {"occurred_at": row["occurred_at"].replace(minute=0, second=0)} for row in barcelona()
    ]
    cut, whole = score(Log.from_rows(rows), replace(BARCELONA), formulas=FIRST), scored["barcelona"]
    assert cut.to_dict()["indicators"] == whole.to_dict()["indicators"]
    assert cut.to_dict()["dimensions"] == whole.to_dict()["dimensions"]


def test_real_data_scores_between_acclamation_and_exchange(
    scored: dict[str, Scores],
) -> None:
    low, high = (scored[place].totals["DQ"] for place in ("barcelona", "madrid"))
    star, exchange = (
        score(log_of(made), PROCESS, formulas=FIRST).totals["DQ"]
        for made in (acclaimed(), exchanged())
    )
    ends = [total.ci for total in (star, low, high, exchange)]
    assert all(a and b and a[1] < b[0] for a, b in pairwise(ends[:3]))
    assert 0.03 <= (star.score or 0) <= 0.05
    assert (exchange.score or 0) > 0.80 and low.score < high.score < exchange.score


def test_platform_accounts_taken_for_residents_halve_the_figures() -> None:
    trusting = [
        row | {"account_class": "person"} if row["actor_id"] else row for row in barcelona()
    ]
    scores = score(Log.from_rows(trusting), BARCELONA)
    told = json.loads(shared("data/reference.json").read_text())["decidim_barcelona_pam2016"]
    counted = rounded(dict(scores.descriptives["counted"]))
    assert counted["comments"] == told["comments"]
    assert counted["top_author_share"] == told["top_author_share"] > DOMINANT_SHARE
    assert counted["share_replied"] == told["share_replied"]
    assert counted["reciprocity"] == told["reciprocity"]
    assert scores.findings["DQ1.1"].value < 0.1027 / 1.9


def test_second_formulas_keep_what_they_do_not_change(scored: dict[str, Scores]) -> None:
    """Replies and turns are counted as before; the sides of Madrid stay unknown, and it is said."""
    barcelona_, madrid_ = (judge(scored[place].facts) for place in ("barcelona", "madrid"))
    for name in ("DQ1.1", "DQ1.2", "DQ2.1", "DQ2.2", "DQ4.1"):
        before = scored["barcelona"].findings[name].value
        assert barcelona_.findings[name].value == pytest.approx(before, rel=1e-12)
    total = madrid_.totals["DQ"]
    assert (total.variant, total.criteria_used) == ("DQ3", ("DQ1", "DQ2", "DQ4"))
    assert total.score is not None
    assert "unverified" in total.marks
    assert barcelona_.totals["DQ"].variant is None
    assert barcelona_.findings["SP1.1"].parts["design_effect"] > 1

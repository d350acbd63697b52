"""Who counts, what is hidden, what two coders say, groups, headlines, comparison, records."""

import json
from dataclasses import replace

import pytest

from deliberate.citivoice import (
    Comparable,
    Judged,
    Log,
    NotComparable,
    compare,
    judge,
    load_formulas,
    load_framework,
    load_headlines,
    reduce,
    score,
)
from deliberate.citivoice.framework.headline import headline
from deliberate.citivoice.indicators.statistics import Measurement, to_finding
from deliberate.citivoice.scoring.aggregation import DimensionTotal
from tests.citivoice.log_rows import PROCESS, Row, act, comment, log_of, sample_rows, talk


def counted(rows: list[Row]) -> int:
    return int(score(log_of(rows), PROCESS).descriptives["counted"]["comments"])


def hidden(name: str, hours: float = 50, ground: str = "insult", reports: int = 3) -> Row:
    return act(
        "comment.hidden",
        "M",
        hours,
        subject_id=name,
        actor_role="moderator",
        details={"ground": ground, "reports": reports},
    )


def test_hidden_comments_count_unless_they_are_spam() -> None:
    rows = [comment("c1", "a"), comment("c2", "b", 2, parent_id="c1")]
    assert counted([*rows, hidden("c1")]) == 2
    assert counted([*rows, hidden("c1", ground="spam")]) == 1
    restored = act("comment.restored", "M", 60, subject_id="c1", actor_role="moderator")
    assert counted([*rows, hidden("c1", ground="spam"), restored]) == 2


def test_civility_counts_what_reports_and_moderators_agreed_on() -> None:
    rows = [comment(f"c{k}", f"u{k % 9}", k) for k in range(100)]
    rows += [hidden("c1", 200), hidden("c2", 200, reports=0), hidden("c3", 200)]
    rows += [act("comment.restored", "M", 210, subject_id="c3", actor_role="moderator")]
    finding = score(log_of(rows), PROCESS).findings["DQ6.1"]
    assert (finding.value, finding.numerator, finding.normalised) == (1.0, 1, pytest.approx(0.8))


def reclassified(to: str) -> Row:
    return act(
        "account.reclassified",
        "boss",
        99,
        subject_id="s",
        proposal_id=None,
        actor_role="admin",
        details={"to": to, "reason": "support_account"},
    )


def test_reclassified_account_is_excluded_from_its_first_act() -> None:
    rows = [comment("c1", "a"), comment("c2", "s", 2), comment("c3", "s", 3)]
    scores = score(log_of([*rows, reclassified("system")]), PROCESS)
    assert scores.descriptives["counted"]["comments"] == 1
    assert scores.to_dict()["excluded_accounts"] == [{"reason": "reclassified", "accounts": 1}]
    assert counted([*rows, reclassified("organisation")]) == 3
    assert counted([*rows, reclassified("staff")]) == 1


def test_organisations_count_for_deliberation_but_not_for_return() -> None:
    rows = [comment("c1", "a"), comment("c2", "o", 2) | {"account_class": "organisation"}]
    block = score(log_of(rows), PROCESS).descriptives["counted"]
    assert (block["comments"], block["people"]) == (2, 1)


def coded(second: int) -> list[Row]:
    rows = [comment(f"c{k}", f"u{k % 20}", k) for k in range(60)]
    return rows + [
        act(
            "comment.coded",
            coder,
            100 + k,
            subject_id=f"c{k}",
            actor_role="researcher",
            details={"reason": (k * (second if coder == "B" else 1)) % 4},
        )
        for coder in ("A", "B")
        for k in range(60)
    ]


def test_reasons_count_when_two_coders_agree() -> None:
    agreed = score(log_of(coded(1)), PROCESS).findings["DQ5.1"]
    assert (agreed.value, agreed.n, agreed.parts["kappa"]) == (pytest.approx(0.5), 60, 1.0)
    apart = score(log_of(coded(3)), PROCESS).findings["DQ5.1"]
    assert (apart.value, apart.reason) == (None, "unreliable")


def declared(bands: list[str], field: str) -> list[Row]:
    return [
        row
        for k, band in enumerate(bands)
        for row in (
            comment(f"c{k}", f"u{k}", k),
            act(
                "group.declared",
                f"u{k}",
                k,
                proposal_id=None,
                subject_id=f"u{k}",
                details={"field": field, "band": band},
            ),
        )
    ]


def test_representation_is_measured_beyond_chance() -> None:
    rows = declared(["a"] * 50 + ["b"] * 30 + ["c"] * 20, "group")
    shares = {"group": {"a": 0.4, "b": 0.4, "c": 0.2}}
    finding = score(log_of(rows), replace(PROCESS, population=shares)).findings["IN1.1"]
    assert finding.value == pytest.approx(0.045126776032)
    assert finding.parts["fields"]["group"]["jsd_base2"] == pytest.approx(0.009185925461)
    assert score(log_of(rows), PROCESS).findings["IN1.1"].reason == "source"


def test_districts_count_from_five_residents_on() -> None:
    rows = declared(["East"] * 96 + ["West"] * 4, "district")
    here = replace(PROCESS, districts=("East", "West", "North"))
    finding = score(log_of(rows), here).findings["IN2.1"]
    assert (finding.numerator, finding.denominator, finding.n) == (1, 3, 100)


def test_criteria_not_carried_by_an_import_are_marked() -> None:
    imported = act("process.imported", None, details={"carries": ["DQ1", "DQ2", "DQ4"]})
    scores = score(log_of([imported, *sample_rows()]), PROCESS)
    assert scores.findings["DQ3.1"].reason == "source"
    assert scores.totals["DQ"].criteria_missing == ()


def test_files_of_formulas_describe_every_indicator_in_both_languages() -> None:
    rules = load_formulas()
    listed = [c for d in rules.dimensions.values() for c in d.criteria]
    assert sorted({*listed, "DQ5", "DQ6"}) == sorted(rules.criteria)
    for i in rules.indicators.values():
        assert all([i.en, i.name_id, i.formula, i.caveat_en, i.caveat_id, i.minimum])


def test_framework_questions_exist_in_both_languages() -> None:
    criteria = load_framework()["criteria"]
    assert list(criteria) == ["DP1", "DP2", "DP3", "CC1", "CC2", "CC3", "IU1", "IU2"]
    assert all(q["en"] and q["id"] for c in criteria.values() for q in c["questions"])


def test_document_shows_judged_beside_logged() -> None:
    judged = {"DP2": Judged(planned=1.0, judged=0.5, assessors=2), "CC1": Judged(judged=0.5)}
    document = judge(reduce(log_of(sample_rows(24)), PROCESS), judged=judged).to_dict()
    assert document["criteria"]["DP2"] == {
        "planned": 1.0,
        "judged": 0.5,
        "logged": 1.0,
        "disagrees": True,
        "grade": "B",
    }
    assert document["criteria"]["CC1"]["grade"] == "C"


def said(score_: float | None, ci: tuple[float, float] | None) -> dict[str, str]:
    total = DimensionTotal("value", score=score_, ci=ci)
    unknown = to_finding(
        load_formulas().indicators["RS1.1"], Measurement(None, 0, 0, {"asked_30d": 0})
    )
    return headline({"DQ": total, "SP": total}, {"RS1.1": unknown}, load_headlines("1.0"))


def test_headline_marks_uncertainty() -> None:
    assert said(0.41, (0.35, 0.45))["en"] == (
        "Some answered one another, many only spoke. Some came back."
    )
    assert said(0.31, (0.30, 0.37))["en"].endswith("Few came back (uncertain).")
    assert said(0.31, (0.30, 0.37))["id"].endswith("Sedikit yang kembali (belum pasti).")
    assert said(0.45, (0.30, 0.70))["en"].startswith("Too little talk")


def test_comparison_claims_only_clear_differences() -> None:
    lively, quiet = talk(45, True, "lively"), talk(45, False, "quiet")
    claimed = compare(lively, quiet)["DQ"]
    assert (claimed["claim"], claimed["order_kept"]) == ("higher", 1.0)
    assert compare(quiet, lively)["DQ"]["claim"] == "lower"
    same = compare(lively, lively)
    assert same["DQ"]["claim"] == same["SP"]["claim"] == "no difference can be claimed"
    assert json.loads(lively.to_json(same))["comparison"]["DQ"]["difference"] == 0.0


def test_stored_comparable_gives_identical_claims() -> None:
    lively, quiet = talk(45, True, "lively"), talk(45, False, "quiet")
    kept = [
        Comparable.from_bytes(Comparable.of(one).to_bytes(), one.formulas)
        for one in (lively, quiet)
    ]
    assert compare(*kept) == compare(lively, quiet)
    with pytest.raises(NotComparable):
        Comparable.from_bytes(kept[0].to_bytes(), replace(load_formulas(), version="2.0"))


def test_comparison_of_periods_that_share_acts_claims_nothing() -> None:
    lively, quiet = (Comparable.of(talk(45, answered, "x")) for answered in (True, False))
    assert compare(lively, quiet)["DQ"]["claim"] == "higher"
    one, other = (replace(side, log="x 2026-01-01") for side in (lively, quiet))
    found = compare(one, other)["DQ"]
    assert (found["claim"], found["reason"]) == ("no difference can be claimed", "shared_acts")
    assert found["difference"] == compare(lively, quiet)["DQ"]["difference"]


def test_scores_of_other_formulas_are_not_compared() -> None:
    scores = score(Log.from_rows([]), PROCESS)
    other = replace(scores, formulas=replace(load_formulas(), version="2.0"))
    with pytest.raises(NotComparable):
        compare(scores, other)

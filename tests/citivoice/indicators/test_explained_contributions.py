"""RS6: contributions to draft texts that an answer with a reason names in time."""

from typing import Any

import pytest

from deliberate.citivoice import get_formulas, load_framework, score
from tests.citivoice.log_rows import END, MONDAY, PROCESS, Row, act, log_of, sample_rows, staff

DAY = 24


def contribution(number: int, unit: int, day: float = 0, **more: Any) -> Row:
    kind = more.pop("kind", "comment.posted")
    return act(
        kind,
        f"W{number}",
        day * DAY,
        proposal_id=None,
        subject_type="unit_contribution",
        subject_id=str(number),
        details={"unit": unit, "kind": "argument"},
        **more,
    )


def answer(day: float, *numbers: int, reason_chars: int = 80) -> Row:
    details = {"decision": "adopted", "reason_chars": reason_chars, "answers": list(numbers)}
    row = act("unit.answered", "A1", day * DAY, proposal_id=None, details=details)
    return staff(row) | {"subject_type": "unit_answer", "subject_id": f"{day}"}


def finding_of(rows: list[Row], **more: Any) -> Any:
    return score(log_of(rows), PROCESS, **more).findings["RS6.1"]


def consultation() -> list[Row]:
    """Return 24 contributions to four units; the answers of three units came in time."""
    rows = [contribution(n, unit=n % 4) for n in range(1, 25)]
    in_time = [n for n in range(1, 25) if n % 4 in (0, 1)]
    late = [n for n in range(1, 25) if n % 4 == 2]
    unexplained = [n for n in range(1, 25) if n % 4 == 3]
    return [*rows, answer(10, *in_time), answer(40, *late), answer(5, *unexplained, reason_chars=0)]


def test_share_explained_in_time_follows_by_hand() -> None:
    finding = finding_of(consultation())
    assert (finding.numerator, finding.denominator, finding.n) == (12, 24, 24)
    assert finding.value == finding.normalised == 0.5
    low, high = finding.ci
    assert low < 0.5 < high


def test_fewer_than_twenty_that_are_due_give_no_value() -> None:
    finding = finding_of([contribution(n, unit=1) for n in range(1, 20)])
    assert (finding.state, finding.value, finding.n) == ("not_enough_data", None, 19)


def test_contribution_counts_from_its_thirtieth_day() -> None:
    days = (END - MONDAY).days
    young = [contribution(100 + n, unit=1, day=days - 10) for n in range(5)]
    assert finding_of([*consultation(), *young]).denominator == 24


@pytest.mark.parametrize(
    "extra",
    [
        [staff(contribution(n, unit=9)) for n in range(60, 90)],
        [answer(1, *range(60, 90))],
        [answer(11, 4)],
        [
            contribution(60, unit=9),
            contribution(60, unit=9, day=2, kind="amendment.withdrawn"),
        ],
        [act("comment.posted", "W1", 5, subject_id="4", subject_type="comment")],
        [act("comment.withdrawn", "W1", 6, subject_id="4", subject_type="comment")],
    ],
    ids=["of staff", "unknown ids", "named twice", "withdrawn", "same id", "same id withdrawn"],
)
def test_rows_that_change_nothing(extra: list[Row]) -> None:
    plain, more = finding_of(consultation()), finding_of([*consultation(), *extra])
    assert (more.numerator, more.denominator) == (plain.numerator, plain.denominator)


def test_ids_are_matched_whole() -> None:
    rows = [contribution(n, unit=1) for n in (1, 11, 111, *range(200, 220))]
    assert finding_of([*rows, answer(1, 11)]).numerator == 1


def test_scores_without_draft_texts_are_those_of_before() -> None:
    rows, drafts = sample_rows(), consultation()
    before, after = score(log_of(rows), PROCESS), score(log_of([*rows, *drafts]), PROCESS)
    assert before.findings["RS6.1"].state == "not_enough_data"
    for name in ("DQ", "SP"):
        assert before.totals[name].score == after.totals[name].score
    values = {
        n: f.value for n, f in before.findings.items() if not n.startswith(("RS6", "SP", "IN"))
    }
    assert values == {n: after.findings[n].value for n in values}


def test_first_formulas_do_not_know_it() -> None:
    assert "RS6.1" not in get_formulas("1.0").indicators
    scores = score(log_of(consultation()), PROCESS, formulas=get_formulas("1.0"))
    assert "RS6.1" not in scores.findings


def test_explained_refusals_are_logged_beside_the_judged_criterion() -> None:
    assert load_framework()["criteria"]["DP3"]["logged"] == ["RS5", "RS6"]
    scores = score(log_of(consultation()), PROCESS)
    assert scores.criteria["RS6"] == 0.5

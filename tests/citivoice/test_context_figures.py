"""Context figures beside judged criteria: meetings with minutes, open releases."""

from typing import Any

from deliberate.citivoice import Judged, Process, Scores, judge, reduce, score
from tests.citivoice.log_rows import PROCESS, Row, act, log_of, sample_rows, staff


def meeting(
    name: str | None, hours: float, minutes: bool, days: int | None = None, kind: str = "held"
) -> Row:
    details = {"minutes": int(minutes)} | ({} if days is None else {"working_days": days})
    return staff(act(f"meeting.{kind}", "A1", hours, subject_id=name, details=details))


def release(kind: str, name: str, hours: float, of: str = "release") -> Row:
    return staff(act(f"release.{kind}", "A1", hours, subject_type=of, subject_id=name))


def told(*rows: Row, process: Process = PROCESS, judged: float = 1.0) -> dict[str, Any]:
    said = {"CC1": Judged(judged=judged, assessors=2), "IU2": Judged(judged=judged, assessors=2)}
    scores: Scores = score(log_of([*sample_rows(2), *rows]), process, judged=said)
    document = scores.to_dict()
    return document["criteria"] | document["descriptives"]["counted"]["beside"]


def test_cc1_context_figure_is_share_of_meetings_with_minutes_in_ten_working_days() -> None:
    found = told(
        meeting("m1", 900, True),
        meeting("m2", 901, False),
        meeting("m3", 902, True, 10),
        meeting("m4", 903, True, 11),
        *(meeting("m5", 904, False, 2), meeting("m5", 905, True, 30, "corrected")),
    )
    assert found["meetings"] == {
        "state": "value",
        "value": 0.4,
        "numerator": 2,
        "denominator": 5,
    }
    assert (found["CC1"]["logged"], found["CC1"]["disagrees"]) == (0.4, True)


def test_cc1_context_figure_needs_five_meetings() -> None:
    found = told(*(meeting(f"m{number}", 900 + number, True) for number in range(4)))
    assert found["meetings"]["state"] == "not_enough_data"
    assert (found["meetings"]["numerator"], found["meetings"]["denominator"]) == (4, 4)


def test_minutes_in_time_count_until_a_correction_takes_them_back() -> None:
    found = told(
        *(meeting("m1", 900, True, 3), meeting("m1", 990, True, 40, "corrected")),
        *(meeting("m2", 901, True, 3), meeting("m2", 991, False, 40, "corrected")),
    )
    assert (found["meetings"]["numerator"], found["meetings"]["denominator"]) == (1, 2)


def test_context_figure_counts_late_minutes_once() -> None:
    found = told(meeting("m1", 900, False), meeting("m1", 950, True))
    assert (found["meetings"]["numerator"], found["meetings"]["denominator"]) == (1, 1)


def test_context_figure_without_meetings_is_missing_not_zero() -> None:
    found = told()
    assert (found["meetings"]["state"], found["meetings"]["value"]) == ("not_enough_data", None)
    assert (found["CC1"]["logged"], found["CC1"]["disagrees"]) == (None, None)


def test_iu2_context_figure_counts_open_releases_without_comparison() -> None:
    found = told(
        release("built", "1", 900),
        release("built", "2", 901),
        release("removed", "2", 902),
        release("built", "3", 903, of="release_request"),
    )
    assert found["releases"]["numerator"] == 1
    assert found["IU2"]["counts"] == {"releases": 1}
    assert (found["IU2"]["logged"], found["IU2"]["disagrees"]) == (None, None)


def test_context_figures_change_no_score() -> None:
    with_them = log_of([*sample_rows(), meeting("m1", 900, True), release("built", "1", 900)])
    mine, theirs = (
        judge(reduce(log, PROCESS)).to_dict() for log in (with_them, log_of(sample_rows()))
    )
    for part in ("indicators", "dimensions", "headline"):
        assert mine[part] == theirs[part]


def test_incomplete_profile_is_not_a_context_figure() -> None:
    """Concentration alone is not inclusion: the dimension's own rule holds here too."""
    said = {"DP1": Judged(judged=0.5, assessors=2)}
    scores = score(log_of(sample_rows()), PROCESS, judged=said)
    line = scores.to_dict()["criteria"]["DP1"]
    assert scores.criteria["IN3"] is not None
    assert (line["logged"], line["disagrees"]) == (None, None)

"""Sustained participation: open weeks, newcomers, taking part after the answer, cohorts."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deliberate.citivoice import Facts, get_formulas, judge, reduce
from deliberate.citivoice.indicators.descriptives import describe
from deliberate.citivoice.indicators.formulas import survival
from tests.citivoice.data.open_data import vector
from tests.citivoice.log_rows import MONDAY, PROCESS, act, comment, log_of, proposal, response

FIRST = get_formulas("1.0")
WEEK, DAY = 7 * 24, 24
END = replace(PROCESS, as_of=MONDAY.replace(hour=0) + timedelta(weeks=8))


def visits(said: dict[str, Any], copies: int = 1) -> Facts:
    opened = said["open_weeks"]
    dates = {
        "opens": (MONDAY + timedelta(weeks=min(opened))).isoformat(),
        "closes": (MONDAY + timedelta(weeks=max(opened), days=3)).isoformat(),
    }
    rows = [
        act(
            "phase.scheduled",
            None,
            details={"phase": "talk"} | dates,
            subject_id="f",
            actor_role="staff",
        )
    ]
    rows += [
        comment(f"{who}-{week}-{copy}", f"{who}-{copy}", 1 + week * WEEK)
        for who, weeks in said["active_weeks"].items()
        for week in weeks
        for copy in range(copies)
    ]
    return reduce(log_of(rows), END, people=True)


@pytest.mark.parametrize("place", [0, 1])
def test_returning_vectors(place: int) -> None:
    case = vector("v04_sustained")["cases"][place]
    facts, expected = visits(case["input"]), case["expected"]
    people = facts.person_facts or {}
    for k, who in enumerate(people["actor_id"]):
        said = expected["person_facts"][who[:2]]
        first = people["first_week_number"][k] - people["first_week_number"].min()
        assert first == said.pop("first_week")
        assert {name: people[name][k] for name in said} == said
    findings = judge(facts, FIRST.relaxed()).findings
    for name in ("SP1.1", "SP2.1", "SP4.1"):
        said, found = expected[name], vars(findings[name])
        for key in ("numerator", "denominator", "value", "normalised"):
            assert found[key] == pytest.approx(said[key], abs=1e-6)
        assert "wilson95" not in said or found["ci"] == pytest.approx(said["wilson95"], abs=1e-6)
    weeks = facts.scope("week_facts", "counted")
    counts = dict(zip(weeks["week"], weeks["residents"], strict=True))
    assert [counts[week] for week in sorted(counts)][:8] == expected["week_facts_residents"]


def test_return_descriptives() -> None:
    case = vector("v04_sustained")["descriptives"]
    expected, block = case["expected"], describe(visits(case["input"], copies=4))["counted"]
    for name in ("mean_active_weeks", "median_active_weeks", "stickiness"):
        assert block[name] == pytest.approx(expected[name], abs=1e-6)
    curve = block["cohort_curve"]["2026-01-05"]
    assert curve == pytest.approx(expected["cohort_curve_of_week_0"], abs=1e-6)


def test_lifetimes_use_kaplan_meier() -> None:
    case = vector("v04_sustained")["descriptives"]
    lives, churned = case["expected"]["lifetime_weeks"], case["expected"]["churned"]
    sf = survival(list(lives.values()), [churned[who] for who in lives])
    for step in case["expected"]["lifetime_km_never_scored"]:
        assert float(sf.evaluate(step["t"])) == pytest.approx(step["S"], abs=1e-6)


def test_participation_after_a_response() -> None:
    case = vector("v05_after_response")
    rows = []
    for said in case["input"]["responses"]:
        name, day = said["id"], said["day"]
        rows.append(proposal(name, None, DAY * 5, account_class="system"))
        rows += [
            act("support.given", who, DAY * 6, proposal_id=name, subject_id=name)
            for who in said["before"]
        ]
        rows.append(response(name, DAY * day))
        rows += [
            act("ballot.cast", who, DAY * d, proposal_id=None, subject_id="poll")
            for who, days in said["acts_after"].items()
            for d in days
        ]
    end = replace(PROCESS, as_of=MONDAY + timedelta(days=case["input"]["as_of_day"]))
    facts = reduce(log_of(rows), end)
    table, expected = facts["response_facts"], case["expected"]
    found = {
        p: dict(zip(table, row, strict=True))
        for p, row in zip(table["proposal_id"], zip(*table.values(), strict=True), strict=True)
    }
    for said in expected["response_facts"]:
        assert {name: found[said["proposal_id"]][name] for name in said} == said
    finding = judge(facts, FIRST.relaxed()).findings["SP3.1"]
    said = expected["SP3.1_minimums_off"]
    assert {name: vars(finding)[name] for name in said} == pytest.approx(said, abs=1e-6)
    assert finding.parts["mean_over_answers"] == pytest.approx(expected["macro"], abs=1e-6)
    strict, said = judge(facts, FIRST).findings["SP3.1"], expected["SP3.1_minimums_on"]
    assert {name: vars(strict)[name] for name in said} == said


def test_support_withdrawn_the_same_day_is_not_participation() -> None:
    given = act("support.given", "a", 0, subject_id="P1")
    same, later = (act("support.taken_back", "a", h, subject_id="P1") for h in (3, 30))
    assert not judge(reduce(log_of([given, same]), PROCESS)).descriptives["counted"]["people"]
    assert judge(reduce(log_of([given, later]), PROCESS)).descriptives["counted"]["people"] == 1


def test_attended_meeting_is_taking_part_in_its_week_unless_taken_back() -> None:
    meeting = {"proposal_id": None, "subject_id": "m1"}
    rows = [
        *(comment(f"c-{who}", who, 1) for who in "abc"),
        *(act("attendance.noted", who, 1 + WEEK, **meeting) for who in "abc"),
        act("attendance.retracted", "b", 2 + WEEK, **meeting),
        act("attendance.retracted", "c", 2 + WEEK, **meeting),
        act("attendance.noted", "c", 3 + WEEK, **meeting),
        act("attendance.noted", "d", 4 + WEEK, actor_role="staff", **meeting),
    ]
    people = reduce(log_of(rows), END, people=True).person_facts or {}
    found = {
        who: (weeks, meetings, ballots)
        for who, weeks, meetings, ballots in zip(
            *(people[name] for name in ("actor_id", "active_weeks", "meetings", "ballots")),
            strict=True,
        )
    }
    assert found == {"a": (2, 1, 0), "b": (1, 0, 0), "c": (2, 1, 0)}


def test_without_phases_the_open_span_is_between_busy_weeks() -> None:
    rows = [
        comment(f"c{w}-{k}", f"u{k}", 1 + w * WEEK)
        for w, people in enumerate([1, 5, 1, 6, 2])
        for k in range(people)
    ]
    weeks = reduce(log_of(rows), PROCESS).scope("week_facts", "counted")
    opened = sorted(weeks["week"][weeks["is_open"] == 1])
    assert opened == ["2026-01-12", "2026-01-19", "2026-01-26"]


def test_the_last_schedule_of_a_phase_counts() -> None:
    rows = [comment("c", "a")]
    rows += [
        act(
            "phase.scheduled",
            None,
            k,
            subject_id="f",
            actor_role="staff",
            details={"phase": "talk", "opens": "2026-01-05", "closes": closes},
        )
        for k, closes in enumerate(["2026-01-11", "2026-01-18"])
    ]
    weeks = reduce(log_of(rows), PROCESS).scope("week_facts", "counted")
    assert Counter(weeks["is_open"])[1] == 2


def test_weeks_use_the_time_zone_of_the_process() -> None:
    late = comment("c", "a", 13 + 6 * DAY)
    borneo = reduce(log_of([late]), replace(PROCESS, timezone="Asia/Makassar"))
    assert "2026-01-12" in set(borneo["week_facts"]["week"][borneo["week_facts"]["comments"] > 0])


def test_a_ballot_its_voter_objected_to_is_no_participation() -> None:
    poll = {"proposal_id": None, "subject_id": "poll1"}
    cast = act("ballot.cast", "a", 1, details={"clerk": "c"}, **poll)
    void = act(
        "ballot.objected",
        "a",
        2,
        proposal_id=None,
        subject_id="entered1",
        details={"counted": True, "poll": "poll1"},
    )
    own = act("ballot.cast", "a", 3, **poll)

    def people(*rows: dict[str, Any]) -> int:
        return int(judge(reduce(log_of(list(rows)), PROCESS)).descriptives["counted"]["people"])

    assert people(cast) == 1
    assert people(cast, void) == 0
    assert people(cast, void, own) == 1

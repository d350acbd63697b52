"""Pledges of plans: whose entry counts, what became of them, and of the targets."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from deliberate.models import Assessment, Assessor, Pledge, PledgeOutcome
from deliberate.queries.scores.assessments import (
    plan_and_judgement_in_force,
    public_assessments,
    saved_assessors,
    settlements_in_force,
)
from deliberate.vocabulary import TargetGoal, TargetResult

NONE = "none"
"""Settled: the pledge is left out, or its outcome is not known."""


def pledge_item(question: str) -> str:
    """Return the id under which the pledge of a question is settled."""
    return f"pledge:{question}"


def outcome_item(pledge: int) -> str:
    """Return the id under which the outcome of a pledge is settled."""
    return f"outcome:{pledge}"


def pledge_form(pledge: Pledge) -> dict[str, Any]:
    """Return the content of a pledge as it is frozen."""
    return {
        "question": pledge.question,
        "plan": pledge.plan,
        "what": pledge.action,
        "owner": pledge.owner.slug if pledge.owner else None,
        "due_on": pledge.due_on.isoformat(),
        "indicator": pledge.indicator,
        "goal": str(pledge.goal) if pledge.goal else None,
        "target": pledge.target,
    }


def pledges_by(assessment: Assessment, assessor: Assessor | None) -> list[Pledge]:
    """Return the pledges that one assessor noted; None: those that earlier versions shared."""
    assessor_id = assessor.id if assessor else None
    return [pledge for pledge in assessment.pledges if pledge.assessor_id == assessor_id]


def settled_pledges(assessment: Assessment) -> list[Pledge]:
    """Return the pledges that count: common, settled or shared ones; of an open difference both.

    A pledge is never lost because its difference was not settled before the process opened.
    """
    assessors, settled = saved_assessors(assessment), settlements_in_force(assessment)
    pledges = pledges_by(assessment, None)
    own = [{row.question: row for row in pledges_by(assessment, one)} for one in assessors]
    for question in sorted({name for rows in own for name in rows}):
        choice = settled.get(pledge_item(question), "")
        rows = [row for part in own if (row := part.get(question))]
        pledges += _chosen_pledges(rows, [part.get(question) for part in own], choice)
    return sorted(pledges, key=lambda row: (row.question, row.id))


def _chosen_pledges(
    rows: list[Pledge], by_assessor: list[Pledge | None], choice: str
) -> list[Pledge]:
    if choice == NONE:
        return []
    if choice.isdecimal():
        chosen = by_assessor[int(choice) - 1]
        return [chosen] if chosen else []
    return rows[:1] if len({str(pledge_form(row)) for row in rows}) == 1 else rows


def settled_outcomes(assessment: Assessment) -> dict[int, str]:
    """Return what became of each pledge in the end: kept, late or broken, by id of the pledge."""
    settled = settlements_in_force(assessment)
    assessor_ids = {None, *(row.id for row in saved_assessors(assessment))}
    by_pledge: dict[int, set[str]] = {}
    for row in assessment.outcomes:
        if row.assessor_id in assessor_ids:
            by_pledge.setdefault(row.pledge_id, set()).add(str(row.outcome))
    outcomes = {
        pledge: settled.get(outcome_item(pledge), min(values) if len(values) == 1 else NONE)
        for pledge, values in by_pledge.items()
    }
    return {pledge: value for pledge, value in outcomes.items() if value != NONE}


def outcomes_by(assessment: Assessment, assessor: Assessor) -> dict[int, PledgeOutcome]:
    """Return the outcomes that one assessor noted, by id of the pledge."""
    return {row.pledge_id: row for row in assessment.outcomes if row.assessor_id == assessor.id}


@dataclass(frozen=True)
class PledgeLine:
    """A pledge of the plan in force with its state and what became of its target."""

    pledge: Pledge
    state: str
    """One of kept, late, broken or due."""
    target: TargetResult | None
    notes: tuple[str, ...] = ()
    """What shows the outcome, as noted by the assessors."""


def pledge_lines(
    assessments: list[Assessment], today: date, measured: Mapping[str, int]
) -> list[PledgeLine]:
    """Return the pledges of the plan in force.

    `measured` has the scores of the indicators, 0 to 100. A pledge past its day without a
    judgement is late.
    """
    plan, judgement = plan_and_judgement_in_force(assessments)
    if plan is None:
        return []
    outcomes = settled_outcomes(judgement) if judgement else {}
    notes = list(judgement.outcomes) if judgement else []
    return [
        PledgeLine(
            pledge,
            outcomes.get(pledge.id) or ("late" if pledge.due_on < today else "due"),
            target_result(pledge, measured),
            tuple(row.note for row in notes if row.pledge_id == pledge.id and row.note),
        )
        for pledge in settled_pledges(plan)
    ]


def target_result(pledge: Pledge, measured: Mapping[str, int]) -> TargetResult | None:
    """Return whether the score of the indicator reached the target; None without a goal."""
    if pledge.goal is None or not pledge.target.isdecimal():
        return None
    score = measured.get(pledge.indicator)
    if score is None:
        return TargetResult.NOT_MEASURED
    target = int(pledge.target)
    is_reached = score >= target if pledge.goal == TargetGoal.AT_LEAST else score <= target
    return TargetResult.REACHED if is_reached else TargetResult.MISSED


def count_pledges_by_state(assessments: list[Assessment], today: date) -> Counter[str]:
    """Return the number of pledges in force by state."""
    return Counter(line.state for line in pledge_lines(assessments, today, {}))


def pledges_in_force(process_id: int) -> list[Pledge]:
    """Return the pledges of the plan in force."""
    plan, _judgement = plan_and_judgement_in_force(public_assessments(process_id))
    return settled_pledges(plan) if plan else []


def by_question(pledges: Iterable[Pledge]) -> dict[str, list[Pledge]]:
    """Return pledges by the id of their question."""
    grouped: dict[str, list[Pledge]] = {}
    for pledge in pledges:
        grouped.setdefault(pledge.question, []).append(pledge)
    return grouped

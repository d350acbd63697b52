"""What of an assessment is frozen: its canonical form, without names, whose hash is logged."""

from typing import Any

from deliberate.models import Assessment, Assessor, Pledge
from deliberate.queries.scores.assessments import judgement_of, saved_parts, settled


def frozen_form(assessment: Assessment) -> dict[str, Any]:
    """Everything an assessment says, without names: assessors are numbered."""
    numbers = {part.person_id: number for number, part in enumerate(assessment.assessors, 1)}
    return {
        "process": assessment.process.slug,
        "stage": str(assessment.stage),
        "version": assessment.version,
        "framework": assessment.framework,
        "assessors": [_part(assessment, part) for part in saved_parts(assessment)],
        "settled": settled(assessment),
        "adjudicated": [
            {
                "question": one.question,
                "value": one.value,
                "why": one.why,
                "by": numbers.get(one.person_id, 0),
            }
            for one in assessment.adjudications
        ],
        "pledges": [_pledge(pledge) for pledge in assessment.pledges],
        "outcomes": [
            {"question": one.pledge.question, "outcome": str(one.outcome), "note": one.note}
            for one in assessment.outcomes
        ],
        "practices": {one.criterion: one.body for one in assessment.practices},
        "context": {one.code: [one.value, one.note] for one in assessment.notes},
    }


def _part(assessment: Assessment, part: Assessor) -> dict[str, Any]:
    return {
        "independent": part.is_independent,
        "values": judgement_of(assessment, part),
        "why": {one.question: one.why for one in part.ratings if one.why},
        "evidence": [
            [one.question, str(one.kind), one.dated.isoformat(), one.reference]
            for one in assessment.evidence
            if one.assessor_id == part.id
        ],
    }


def _pledge(pledge: Pledge) -> dict[str, Any]:
    return {
        "question": pledge.question,
        "plan": pledge.plan,
        "what": pledge.what,
        "owner": pledge.owner.slug if pledge.owner else None,
        "due_on": pledge.due_on.isoformat(),
        "indicator": pledge.indicator,
        "target": pledge.target,
    }

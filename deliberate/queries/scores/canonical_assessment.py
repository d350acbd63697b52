"""The canonical form of an assessment, without names, whose hash is logged when it is frozen."""

from typing import Any

from deliberate.models import Assessment, Assessor, Pledge
from deliberate.queries.scores.assessments import judgement_by, saved_assessors, settled_values


def canonical_form(assessment: Assessment) -> dict[str, Any]:
    """Return the whole content of an assessment without names; assessors are numbered."""
    numbers = {row.person_id: number for number, row in enumerate(assessment.assessors, 1)}
    return {
        "process": assessment.process.slug,
        "stage": str(assessment.stage),
        "version": assessment.version,
        "framework": assessment.framework,
        "assessors": [_assessor(assessment, assessor) for assessor in saved_assessors(assessment)],
        "settled": settled_values(assessment),
        "adjudicated": [
            {
                "question": row.question,
                "value": row.value,
                "why": row.reason,
                "by": numbers.get(row.person_id, 0),
            }
            for row in assessment.adjudications
        ],
        "pledges": [_pledge(pledge) for pledge in assessment.pledges],
        "outcomes": [
            {"question": row.pledge.question, "outcome": str(row.outcome), "note": row.note}
            for row in assessment.outcomes
        ],
        "practices": {practice.criterion: practice.body for practice in assessment.practices},
        "context": {note.code: [note.value, note.note] for note in assessment.notes},
    }


def _assessor(assessment: Assessment, assessor: Assessor) -> dict[str, Any]:
    return {
        "independent": assessor.is_independent,
        "values": judgement_by(assessment, assessor),
        "why": {row.question: row.reason for row in assessor.ratings if row.reason},
        "evidence": [
            [row.question, str(row.kind), row.dated.isoformat(), row.reference]
            for row in assessment.evidence
            if row.assessor_id == assessor.id
        ],
    }


def _pledge(pledge: Pledge) -> dict[str, Any]:
    return {
        "question": pledge.question,
        "plan": pledge.plan,
        "what": pledge.action,
        "owner": pledge.owner.slug if pledge.owner else None,
        "due_on": pledge.due_on.isoformat(),
        "indicator": pledge.indicator,
        "target": pledge.target,
    }

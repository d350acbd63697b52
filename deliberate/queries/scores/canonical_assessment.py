"""The canonical form of an assessment, without names, whose hash is logged when it is frozen.

Forms frozen by earlier versions are stored as they were and keep their hash; they have no
`schema`. Texts of sources are in the form as fingerprints, so that an order can erase them.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from deliberate.models import Assessment, Assessor, Evidence, Process, StudySource
from deliberate.queries.scores.assessments import judgement_by, saved_assessors, settled_values
from deliberate.queries.scores.studies.findings import current_findings
from deliberate.queries.scores.studies.pledges import (
    outcomes_by,
    pledge_form,
    pledges_by,
    settled_outcomes,
    settled_pledges,
)
from deliberate.queries.scores.studies.settling import notes_by, settled_notes
from deliberate.vocabulary import EvidenceKind

SCHEMA = 3


def canonical_form(assessment: Assessment) -> dict[str, Any]:
    """Return the whole content of an assessment without names; assessors are numbered."""
    numbers = {row.person_id: number for number, row in enumerate(assessment.assessors, 1)}
    return {
        "schema": SCHEMA,
        "process": assessment.process.slug,
        **_case(assessment.process),
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
                "agreed_by": numbers.get(row.agreed_by_id or 0),
            }
            for row in assessment.adjudications
            if row.settled_at
        ],
        "pledges": [pledge_form(pledge) for pledge in settled_pledges(assessment)],
        "outcomes": _outcomes(assessment, settled_outcomes(assessment)),
        "practices": {practice.criterion: practice.body for practice in assessment.practices},
        "context": {note.code: [note.value, *note.notes] for note in settled_notes(assessment)},
        "findings": {
            topic: {"id": row.body_id, "en": row.body_en, "addressee": row.addressee}
            for topic, row in current_findings(assessment).items()
        },
    }


def _case(process: Process) -> dict[str, Any]:
    """Return what describes a case that took place elsewhere, which the log does not carry."""
    if not process.is_case:
        return {}
    began_on = process.began_on.isoformat() if process.began_on else None
    titles = {"id": process.title, "en": process.title_en}
    return {
        "case": titles | {"description": process.question, "began_on": began_on},
        "logged": "not_carried",
    }


def _outcomes(assessment: Assessment, outcomes: Mapping[int, str]) -> list[dict[str, str]]:
    questions = {row.pledge_id: row.pledge.question for row in assessment.outcomes}
    return [
        {"question": questions[pledge], "outcome": outcome} for pledge, outcome in outcomes.items()
    ]


def _assessor(assessment: Assessment, assessor: Assessor) -> dict[str, Any]:
    return {
        "independent": assessor.is_independent,
        "declared": assessor.is_declared,
        "values": judgement_by(assessment, assessor),
        "why": {row.question: row.reason for row in assessor.ratings if row.reason},
        "evidence": [
            _evidence(row)
            for row in assessment.evidence
            if row.assessor_id == assessor.id and row.is_covered
        ],
        "pledges": [pledge_form(pledge) for pledge in pledges_by(assessment, assessor)],
        "outcomes": [
            {"question": row.pledge.question, "outcome": str(row.outcome), "note": row.note}
            for row in outcomes_by(assessment, assessor).values()
        ],
        "context": {
            code: [note.value, note.note] for code, note in notes_by(assessment, assessor).items()
        },
    }


def _evidence(evidence: Evidence) -> dict[str, str]:
    form = {"question": evidence.question, "kind": str(evidence.kind)}
    if evidence.source is None:
        return form | {"dated": public_date(evidence), "reference": evidence.reference}
    return form | {
        "dated": public_date(evidence.source),
        "text_sha256": text_fingerprint(evidence.source),
    }


def public_date(source: StudySource | Evidence) -> str:
    """Return the date that is published: of an interview the month alone, typed or recorded."""
    is_interview = source.kind == EvidenceKind.INTERVIEW
    return f"{source.dated:%Y-%m}" if is_interview else source.dated.isoformat()


def text_fingerprint(source: StudySource) -> str:
    """Return the salted SHA-256 of the public text of a source."""
    return hashlib.sha256(source.salt + source.public_text.encode()).hexdigest()

"""Public pages of frozen plans and published assessments."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from deliberate.citivoice import load_framework
from deliberate.citivoice.framework.catalogue import load_code_books
from deliberate.days import local_today
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.coding import is_complete, sample_reliability, samples_of_process
from deliberate.queries.scores.planned_judged_logged import measured_indicators
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import get_or_404
from deliberate.vocabulary import AssessmentStage, SampleKind

if TYPE_CHECKING:
    from deliberate.models import Assessment

blueprint = LocalizedBlueprint("published_assessments", url_prefix="/scores")


@dataclass(frozen=True)
class AssessmentCard:
    """A public assessment with the values of its assessors and their agreement."""

    assessment: "Assessment"
    judgements: list[dict[str, str]]
    settled: dict[str, str]
    agreement: tuple[float | None, int]
    is_late: bool


def _card(assessment: "Assessment") -> AssessmentCard:
    return AssessmentCard(
        assessment=assessment,
        judgements=[
            assessment_queries.judgement_by(assessment, assessor)
            for assessor in assessment_queries.saved_assessors(assessment)
        ],
        settled=assessment_queries.settled_values(assessment),
        agreement=assessment_queries.assessor_agreement(assessment),
        is_late=assessment.stage == AssessmentStage.EX_ANTE
        and assessment_queries.is_late_plan(assessment),
    )


@blueprint.page("/<slug>/assessments", "public", cached=True)
def index(slug: str) -> ResponseReturnValue:
    """List the frozen plans and published assessments of a process, newest first."""
    process = get_or_404(get_process(slug))
    assessments = assessment_queries.public_assessments(process.id)
    snapshot = newest_snapshot(process.id)
    return render_template(
        "scores/published_assessments.html",
        process=process,
        cards=[_card(assessment) for assessment in reversed(assessments)],
        pledges=assessment_queries.pledges_with_state(assessments, local_today(process)),
        measured=measured_indicators(json.loads(snapshot.document)) if snapshot else {},
        samples=[
            (sample, sample_reliability(sample) if is_complete(sample, 2) else None)
            for sample in samples_of_process(process.id)
            if sample.kind != SampleKind.ANSWERS
        ],
        books=load_code_books(),
        framework=load_framework(),
        questions_of=assessment_queries.questions_of,
        localized_name=localized_name,
    )


@blueprint.page("/<slug>/assessments/<id:assessment_id>.json", "public")
def document(slug: str, assessment_id: int) -> ResponseReturnValue:
    """Return the canonical JSON whose SHA-256 is in the log, byte for byte."""
    assessment = get_or_404(assessment_queries.get_assessment(assessment_id))
    if assessment.process.slug != slug or not assessment.is_visible_to(None):
        raise NotFound
    return Response(assessment.document, mimetype="application/json")

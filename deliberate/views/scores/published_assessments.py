"""Public pages of frozen plans and published assessments."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from deliberate.citivoice import load_framework
from deliberate.citivoice.framework.catalogue import load_code_books
from deliberate.citivoice.scoring.judged_scores import Agreement
from deliberate.days import local_today
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.coding import is_complete, sample_reliability, samples_of_process
from deliberate.queries.scores.planned_judged_logged import measured_indicators
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.scores.studies.cases import get_judged_process
from deliberate.queries.scores.studies.pledges import by_question, pledge_lines, settled_pledges
from deliberate.queries.scores.studies.settling import SettledNote, settled_notes
from deliberate.queries.scores.studies.sources import public_part
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import get_or_404
from deliberate.vocabulary import AssessmentStage, SampleKind

if TYPE_CHECKING:
    from deliberate.models import Assessment, Assessor, Pledge

blueprint = LocalizedBlueprint("published_assessments", url_prefix="/scores")


@dataclass(frozen=True)
class AssessmentCard:
    """A public assessment with the values of its assessors and their agreement."""

    assessment: "Assessment"
    assessors: "list[Assessor]"
    judgements: list[dict[str, str]]
    settled: dict[str, str]
    agreement: Agreement
    notes: list[SettledNote]
    pledges: "dict[str, list[Pledge]]"
    is_late: bool


def _card(assessment: "Assessment") -> AssessmentCard:
    assessors = assessment_queries.saved_assessors(assessment)
    return AssessmentCard(
        assessment=assessment,
        assessors=assessors,
        judgements=[assessment_queries.judgement_by(assessment, row) for row in assessors],
        settled=assessment_queries.settled_values(assessment),
        agreement=assessment_queries.assessor_agreement(assessment),
        notes=settled_notes(assessment),
        pledges=by_question(settled_pledges(assessment)),
        is_late=assessment.stage == AssessmentStage.EX_ANTE
        and assessment_queries.is_late_plan(assessment),
    )


@blueprint.page("/<slug>/assessments", "public", cached=True)
def index(slug: str) -> ResponseReturnValue:
    """List the frozen plans and published assessments of a process, newest first."""
    process = get_or_404(get_judged_process(slug))
    assessments = assessment_queries.public_assessments(process.id)
    snapshot = newest_snapshot(process.id)
    measured = measured_indicators(json.loads(snapshot.document)) if snapshot else {}
    return render_template(
        "scores/published_assessments.html",
        process=process,
        cards=[_card(assessment) for assessment in reversed(assessments)],
        pledges=pledge_lines(assessments, local_today(process), measured),
        measured=measured,
        public_part=public_part,
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

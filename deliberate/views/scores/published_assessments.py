"""What was planned and judged of a process, for everybody: frozen plans, published assessments."""

import json

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_framework
from deliberate.clock import now
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.responses.responses import name_here
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.coding import is_complete, reliability, samples_of
from deliberate.queries.scores.planned_judged_logged import measured
from deliberate.queries.scores.process_scores import newest_snapshot, process_named
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404

blueprint = LocalizedBlueprint("published_assessments", url_prefix="/scores")


@blueprint.page("/<slug>/assessments", "public")
def index(slug: str) -> ResponseReturnValue:
    """Every frozen plan and published assessment of a process, the newest first."""
    process = get_or_404(process_named(slug))
    found = assessment_queries.public_assessments(process.id)
    kept = newest_snapshot(process.id)
    return render_template(
        "scores/published_assessments.html",
        process=process,
        cards=[
            {
                "assessment": one,
                "judgements": [
                    assessment_queries.judgement_of(one, p)
                    for p in assessment_queries.saved_parts(one)
                ],
                "settled": assessment_queries.settled(one),
                "agreement": assessment_queries.agreement(one),
                "is_late": one.stage == "ex_ante" and assessment_queries.is_late(one),
            }
            for one in reversed(found)
        ],
        pledges=assessment_queries.pledges_after(found, local_day(process, now())),
        measured=measured(json.loads(kept.document)) if kept else {},
        samples=[
            (sample, reliability(sample) if is_complete(sample, 2) else None)
            for sample in samples_of(process.id)
            if sample.of == "reasons"
        ],
        framework=load_framework(),
        questions_of=assessment_queries.questions_of,
        name_here=name_here,
    )


@blueprint.page("/<slug>/assessments/<id:number>.json", "public")
def frozen(slug: str, number: int) -> ResponseReturnValue:
    """The canonical JSON whose SHA-256 stands in the log, byte for byte."""
    assessment = get_or_404(assessment_queries.assessment_numbered(number))
    get_or_404((assessment.process.slug == slug and assessment.is_public) or None)
    return Response(assessment.document, mimetype="application/json")

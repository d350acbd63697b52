"""What was planned and judged of a process, for everybody: frozen plans, published assessments."""

import json

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from deliberate.citivoice import load_framework
from deliberate.clock import now
from deliberate.queries import assessments as queries
from deliberate.queries import coding
from deliberate.queries.calendar import local_day
from deliberate.queries.judged import measured
from deliberate.queries.responses import name_here
from deliberate.queries.scores import newest_snapshot, process_named
from deliberate.views.frame import Room, or_404

room = Room("judged", under="/scores")


@room.page("/<slug>/assessments", "public")
def index(slug: str) -> ResponseReturnValue:
    """Every frozen plan and published assessment of a process, the newest first."""
    process = or_404(process_named(slug))
    found = queries.public_assessments(process.id)
    kept = newest_snapshot(process.id)
    return render_template(
        "judged/index.html",
        process=process,
        cards=[
            {
                "assessment": one,
                "judgements": [queries.judgement_of(one, p) for p in queries.saved_parts(one)],
                "settled": queries.settled(one),
                "agreement": queries.agreement(one),
                "is_late": one.stage == "ex_ante" and queries.is_late(one),
            }
            for one in reversed(found)
        ],
        pledges=queries.pledges_after(found, local_day(process, now())),
        measured=measured(json.loads(kept.document)) if kept else {},
        samples=[
            (sample, coding.reliability(sample) if coding.is_complete(sample, 2) else None)
            for sample in coding.samples_of(process.id)
            if sample.of == "reasons"
        ],
        framework=load_framework(),
        questions_of=queries.questions_of,
        name_here=name_here,
    )


@room.page("/<slug>/assessments/<int(max=2147483647):number>.json", "public")
def frozen(slug: str, number: int) -> ResponseReturnValue:
    """The canonical JSON whose SHA-256 stands in the log, byte for byte."""
    assessment = or_404(queries.assessment_numbered(number))
    or_404((assessment.process.slug == slug and assessment.is_public) or None)
    return Response(assessment.document, mimetype="application/json")

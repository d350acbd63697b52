"""Pages on which the assessors write what a study found, and the report for everybody."""

import json
from typing import TYPE_CHECKING

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from deliberate.citivoice import load_framework
from deliberate.days import local_today
from deliberate.exports.study_csv import judgement_csv
from deliberate.forms.scores.findings import FindingForm, RecommendationForm
from deliberate.operations.scores.findings import FindingInput, write_finding
from deliberate.permissions.decision import require
from deliberate.permissions.scores.assessments import may_write_findings
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores import assessments as assessment_queries
from deliberate.queries.scores.planned_judged_logged import (
    criteria_side_by_side,
    measured_indicators,
)
from deliberate.queries.scores.process_scores import newest_snapshot
from deliberate.queries.scores.studies.findings import (
    RECOMMENDATIONS,
    SUMMARIES,
    current_findings,
    topic_groups,
    topics,
    versions_of,
)
from deliberate.queries.scores.studies.pledges import pledge_lines
from deliberate.queries.scores.studies.settling import settled_notes
from deliberate.queries.scores.studies.sources import get_sources, list_sources, public_part
from deliberate.views.scores.assessments import ASSESSMENT, get_assessment_or_404
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Assessment, Finding

blueprint = LocalizedBlueprint("study_findings")
FINDINGS = f"/desk/assessments{ASSESSMENT}/findings"


def _get_writable(assessment_id: int) -> "Assessment":
    assessment = get_assessment_or_404(assessment_id)
    require(may_write_findings(signed_in_person(), assessment))
    return assessment


@blueprint.page(FINDINGS, "evaluator")
def index(assessment_id: int) -> ResponseReturnValue:
    """List the topics of the report with what is written on each."""
    assessment = _get_writable(assessment_id)
    written = current_findings(assessment)
    open_recommendation = next((name for name in RECOMMENDATIONS if name not in written), "")
    return render_template(
        "scores/study_findings/index.html",
        assessment=assessment,
        written=written,
        summaries=SUMMARIES,
        groups=topic_groups(),
        recommendations=[name for name in RECOMMENDATIONS if name in written],
        open_recommendation=open_recommendation,
    )


@blueprint.page(f"{FINDINGS}/<topic>", "evaluator", methods=BOTH)
def edit(assessment_id: int, topic: str) -> ResponseReturnValue:
    """Show a finding with its earlier versions, or write the next version."""
    assessment = _get_writable(assessment_id)
    get_or_404(topic if topic in topics() else None)
    versions = versions_of(assessment, topic)
    form = _finding_form(assessment, topic)

    def submit() -> ResponseReturnValue:
        sources = get_sources(assessment.process_id, form.sources.data or ())
        content = FindingInput(
            form.body_id.data or "",
            form.body_en.data or "",
            form.addressee.data if isinstance(form, RecommendationForm) else "",
            list(sources.values()),
        )
        write_finding(signed_in_person(), assessment, topic, content)
        url = url_for("study_findings.index", assessment_id=assessment_id)
        return redirect_with_message(url, _("The finding is saved; the earlier version stays."))

    return form_page(
        form,
        submit,
        "scores/study_findings/edit.html",
        show_refusal=True,
        assessment=assessment,
        topic=topic,
        versions=versions,
        groups=topic_groups(),
    )


def _finding_form(assessment: "Assessment", topic: str) -> FindingForm:
    versions = versions_of(assessment, topic)
    form_class = RecommendationForm if topic in RECOMMENDATIONS else FindingForm
    form = form_class(submitted_data(), data=_written(versions[0]) if versions else None)
    sources = list_sources(assessment.process_id)
    form.sources.choices = [(row.id, f"{row.label} {row.title}") for row in sources]
    return form


def _written(finding: "Finding") -> dict[str, object]:
    return {
        "body_id": finding.body_id,
        "body_en": finding.body_en,
        "addressee": finding.addressee,
        "sources": [row.source_id for row in finding.sources],
    }


def _published(slug: str) -> "tuple[Assessment, list[Assessment]]":
    """Return the judgement in force of a process with all its public assessments, or raise."""
    process = get_or_404(get_process(slug))
    assessments = assessment_queries.public_assessments(process.id)
    _plan, judgement = assessment_queries.plan_and_judgement_in_force(assessments)
    if judgement is None:
        raise NotFound
    return judgement, assessments


@blueprint.page("/scores/<slug>/report", "public", cached=True)
def report(slug: str) -> ResponseReturnValue:
    """Show the report of the published judgement: for residents first, then the whole study."""
    judgement, assessments = _published(slug)
    process, snapshot = judgement.process, newest_snapshot(judgement.process_id)
    document = json.loads(snapshot.document) if snapshot else None
    today = local_today(process)
    return render_template(
        "scores/study_findings/report.html",
        process=process,
        judgement=judgement,
        findings=current_findings(judgement),
        groups=topic_groups(),
        recommendations=RECOMMENDATIONS,
        snapshot=snapshot,
        criteria={
            row.id: row
            for category in criteria_side_by_side(process, document, g.language, today).categories
            for row in category.criteria
        }
        if document
        else {},
        scores=assessment_queries.criterion_scores(judgement),
        notes={note.code: note for note in settled_notes(judgement)},
        agreement=assessment_queries.assessor_agreement(judgement),
        assessors=assessment_queries.saved_assessors(judgement),
        pledges=pledge_lines(assessments, today, measured_indicators(document) if document else {}),
        public_part=public_part,
        localized_name=localized_name,
        framework=load_framework(),
    )


@blueprint.page("/scores/<slug>/report.csv", "public")
def table(slug: str) -> ResponseReturnValue:
    """Return every answer of the published judgement with its evidence as CSV."""
    judgement, _assessments = _published(slug)
    headers = {"Content-Disposition": f'attachment; filename="judgement-{slug}.csv"'}
    return Response(judgement_csv(judgement, g.language), mimetype="text/csv", headers=headers)

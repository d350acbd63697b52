"""Pages on which the assessors write what a study found, and the report for everybody."""

from typing import TYPE_CHECKING

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.config import needs_extra
from deliberate.exports.studies.figures import report_figures
from deliberate.exports.studies.report_blocks import CITATIONS, citation
from deliberate.exports.studies.report_docx import can_write_docx
from deliberate.exports.study_csv import judgement_csv
from deliberate.forms.scores.findings import FindingForm, RecommendationForm
from deliberate.operations.scores.findings import FindingInput, write_finding
from deliberate.permissions.decision import require
from deliberate.permissions.scores.assessments import may_write_findings
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.scores.studies.findings import (
    RECOMMENDATIONS,
    SUMMARIES,
    current_findings,
    topic_groups,
    topics,
    versions_of,
)
from deliberate.queries.scores.studies.sources import get_sources, list_sources, public_part
from deliberate.views.scores.assessments import ASSESSMENT, get_assessment_or_404
from deliberate.views.scores.study_reports import get_report_or_404, report_address
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


@blueprint.page("/scores/<slug>/report", "public", cached=True)
def report(slug: str) -> ResponseReturnValue:
    """Show the report of the published judgement: for residents first, then the whole study."""
    content = get_report_or_404(slug)
    return render_template(
        "scores/study_findings/report.html",
        process=content.process,
        report=content,
        figures=report_figures(content, g.language),
        groups=topic_groups(),
        recommendations=RECOMMENDATIONS,
        works=CITATIONS,
        citation=citation(content, g.language, report_address(slug)),
        has_docx=can_write_docx(),
        docx_hint=needs_extra("texts"),
        public_part=public_part,
        localized_name=localized_name,
    )


@blueprint.page("/scores/<slug>/report.csv", "public")
def table(slug: str) -> ResponseReturnValue:
    """Return every answer of the published judgement with its evidence as CSV."""
    judgement = get_report_or_404(slug).judgement
    headers = {"Content-Disposition": f'attachment; filename="judgement-{slug}.csv"'}
    return Response(judgement_csv(judgement, g.language), mimetype="text/csv", headers=headers)

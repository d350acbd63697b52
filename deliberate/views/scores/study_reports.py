"""The report of a published study in other forms: one page for residents, DOCX, figures."""

from typing import TYPE_CHECKING

from flask import Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from deliberate.days import local_today
from deliberate.exports.studies.drawing import to_png, to_svg
from deliberate.exports.studies.figures import report_figures
from deliberate.exports.studies.report_blocks import citation, report_text
from deliberate.exports.studies.report_docx import MIMETYPE, can_write_docx, report_docx
from deliberate.queries.scores.studies.cases import get_judged_process
from deliberate.queries.scores.studies.findings import RECOMMENDATIONS, topic_groups
from deliberate.queries.scores.studies.report import study_report
from deliberate.queries.scores.studies.sources import public_part
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings, get_or_404

if TYPE_CHECKING:
    from deliberate.exports.studies.figures import Figure
    from deliberate.queries.scores.studies.report import StudyReport

blueprint = LocalizedBlueprint("study_reports", url_prefix="/scores")
EDITIONS = {"whole": False, "brief": True}
"""The editions of the document, and whether each is the brief one."""


def get_report_or_404(slug: str) -> "StudyReport":
    """Return the report of the published judgement of a process."""
    process = get_or_404(get_judged_process(slug))
    return get_or_404(study_report(process, local_today(process)))


def report_address(slug: str) -> str:
    """Return the whole address of the page of a report, in the language of the reader."""
    base = str(current_settings().base_url or request.host_url).rstrip("/")
    return f"{base}{url_for('study_findings.report', slug=slug)}"


@blueprint.page("/<slug>/report/residents", "public", cached=True)
def residents(slug: str) -> ResponseReturnValue:
    """Show the report on one page for residents."""
    report = get_report_or_404(slug)
    return render_template(
        "scores/study_reports/residents.html",
        process=report.process,
        report=report,
        recommendations=[name for name in RECOMMENDATIONS if name in report.findings],
        groups=topic_groups(),
        public_part=public_part,
        citation=citation(report, g.language, report_address(slug)),
    )


@blueprint.page("/<slug>/report/<any(whole,brief):edition>.docx", "public")
def document(slug: str, edition: str) -> ResponseReturnValue:
    """Return the report as DOCX: whole, or brief for a ministry."""
    report = get_report_or_404(slug)
    get_or_404(can_write_docx() or None)
    text = report_text(report, g.language, report_address(slug), is_brief=EDITIONS[edition])
    headers = {"Content-Disposition": f'attachment; filename="report-{slug}-{edition}.docx"'}
    return Response(report_docx(text), mimetype=MIMETYPE, headers=headers)


def _get_figure(slug: str, figure_id: str) -> "Figure":
    figures = {row.id: row for row in report_figures(get_report_or_404(slug), g.language)}
    return get_or_404(figures.get(figure_id))


@blueprint.page("/<slug>/report/figures/<figure_id>.svg", "public")
def svg(slug: str, figure_id: str) -> ResponseReturnValue:
    """Return a figure of the report as SVG."""
    drawing = _get_figure(slug, figure_id).draw()
    return Response(to_svg(drawing, g.language), mimetype="image/svg+xml")


@blueprint.page("/<slug>/report/figures/<figure_id>.png", "public")
def png(slug: str, figure_id: str) -> ResponseReturnValue:
    """Return a figure of the report as PNG."""
    return Response(to_png(_get_figure(slug, figure_id).draw()), mimetype="image/png")

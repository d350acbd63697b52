"""The report of a consultation: contributions with answers, by contribution and by unit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.config import needs_extra
from deliberate.exports.studies.report_docx import MIMETYPE, can_write_docx
from deliberate.exports.tables.consultation_table import table_csv, table_docx
from deliberate.forms import LocalizedForm
from deliberate.forms.documents import DECISIONS
from deliberate.operations.documents.reports import report_consultation
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.decision import require
from deliberate.permissions.documents import may_answer_contributions, may_report_consultation
from deliberate.queries.documents.answers import (
    ReportRow,
    count_all_rights,
    list_report_rows,
)
from deliberate.queries.documents.documents import get_document
from deliberate.queries.documents.reports import (
    UnitRow,
    get_last_report,
    list_reports,
    list_unit_rows,
)
from deliberate.views.documents.unshown_texts import why_unshown
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Document, UnitAnswer, UnitContribution

blueprint = LocalizedBlueprint("consultation_reports")


@blueprint.page("/documents/<id:document_id>/report", "public", cached=True)
def show(document_id: int) -> str:
    """Show every contribution with what was answered, as a table to be printed."""
    document = get_or_404(get_document(document_id))
    return _page(document, "documents/report.html", list_report_rows(document))


@blueprint.page("/documents/<id:document_id>/report/units", "public", cached=True)
def units(document_id: int) -> str:
    """Show a row for every unit with its contributions and answers, as a table to be printed."""
    document = get_or_404(get_document(document_id))
    return _page(document, "documents/report_units.html", list_unit_rows(document))


def _page(
    document: "Document", template: str, rows: "Sequence[ReportRow] | Sequence[UnitRow]"
) -> str:
    return render_template(
        template,
        document=document,
        process=document.process,
        rows=rows,
        decisions=DECISIONS,
        why_unshown=why_unshown,
        reports=list_reports(document),
        may_report=may_answer_contributions(current_person(), document),
        has_docx=can_write_docx(),
        docx_hint=needs_extra("texts"),
    )


@blueprint.page("/documents/<id:document_id>/report.csv", "public", cached=True)
def contributions_csv(document_id: int) -> Response:
    """Return a row for every contribution as CSV."""
    document = get_or_404(get_document(document_id))
    content = table_csv(_contribution_table(document))
    return _file(document, content, "csv", "text/csv; charset=utf-8")


@blueprint.page("/documents/<id:document_id>/report/units.csv", "public", cached=True)
def units_csv(document_id: int) -> Response:
    """Return a row for every unit as CSV."""
    document = get_or_404(get_document(document_id))
    return _file(document, table_csv(_unit_table(document)), "csv", "text/csv; charset=utf-8")


@blueprint.page("/documents/<id:document_id>/report.docx", "public")
def docx(document_id: int) -> Response:
    """Return the report as DOCX, a row for every unit, where the extra is installed."""
    get_or_404(can_write_docx() or None)
    document = get_or_404(get_document(document_id))
    lines = _summary_lines(document)
    content = table_docx(document.title, lines, _unit_table(document), g.language)
    return _file(document, content, "docx", MIMETYPE)


@blueprint.page(
    "/desk/documents/<id:document_id>/report", "staff", "admin", methods=BOTH, rate_limit=CLICKS
)
def publish(document_id: int) -> ResponseReturnValue:
    """Show the figures that the report of a closed consultation will have, or publish them."""
    document, staff = get_or_404(get_document(document_id)), signed_in_person()
    require(may_answer_contributions(staff, document))
    form = LocalizedForm(submitted_data())

    def submit() -> ResponseReturnValue:
        report_consultation(staff, document, context=request_context())
        flash_with_receipt(_("The report is public."))
        return see_other(url_for("consultation_reports.show", document_id=document.id))

    return form_page(
        form,
        submit,
        "documents/publish_report.html",
        show_refusal=True,
        document=document,
        rights=count_all_rights(document),
        last=get_last_report(document),
        may_report=may_report_consultation(staff, document),
    )


def _file(document: "Document", content: str | bytes, ending: str, content_type: str) -> Response:
    response = Response(content, content_type=content_type)
    name = f"document-{document.id}-{g.language}.{ending}"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _summary_lines(document: "Document") -> list[str]:
    """Return the version in force and the three rights, in words."""
    rights = count_all_rights(document)
    return [
        _("Version %(n)s", n=document.version),
        _(
            "Contributions: %(heard)s heard, %(considered)s considered, %(explained)s explained.",
            heard=rights.heard,
            considered=rights.considered,
            explained=rights.explained,
        ),
    ]


def _contribution_table(document: "Document") -> list[list[str]]:
    """Return the headings and a row for every contribution."""
    heads = (_("No."), _("Part"), _("Text"), _("Proposed change"), _("Reason"), _("Response"))
    rows = enumerate(list_report_rows(document), 1)
    return [[str(head) for head in heads], *([str(n), *_cells(row)] for n, row in rows)]


def _cells(row: ReportRow) -> tuple[str, str, str, str, str]:
    """Return place, words, proposed change, reason and response; or why texts are not shown."""
    unshown = why_unshown(row.contribution)
    return (
        row.unit.place,
        row.words,
        "" if unshown else row.contribution.replacement,
        unshown or row.contribution.body,
        "\n".join(_response(answer) for answer in row.answers),
    )


def _unit_table(document: "Document") -> list[list[str]]:
    """Return the headings and a row for every unit of the version in force and each dropped one."""
    heads = (
        _("No."),
        _("Part"),
        _("Text"),
        _("Contributions"),
        _("Proposed change"),
        _("Reason"),
        _("Response"),
    )
    rows = enumerate(list_unit_rows(document), 1)
    return [[str(head) for head in heads], *([str(n), *_unit_cells(row)] for n, row in rows)]


def _unit_cells(row: UnitRow) -> tuple[str, str, str, str, str, str]:
    """Return the cells of a unit; each text of a contribution begins with its number."""
    place, unit = row.unit.place, row.unit
    if row.is_dropped:
        place += f" ({_('Version %(n)s', n=row.version)})"
    shown = [item for item in row.contributions if item.contribution.is_visible_to(None)]
    responses = [
        f"{', '.join(map(str, numbers))}: {_response(answer)}"
        for answer, numbers in row.answers.items()
    ]
    if row.open_numbers:
        waiting = _("Waits for an answer")
        responses.append(f"{', '.join(map(str, row.open_numbers))}: {waiting}")
    return (
        place,
        unit.body or (unit.heading if unit.kind != "heading" else ""),
        str(len(row.contributions)),
        "\n".join(
            f"{item.number}: {item.contribution.replacement}"
            for item in shown
            if item.contribution.replacement
        ),
        "\n".join(_reason(item.number, item.contribution) for item in row.contributions),
        "\n".join(responses),
    )


def _reason(number: int, contribution: "UnitContribution") -> str:
    """Return the comment, question or reason under its number, or why it is not shown."""
    return f"{number}: {why_unshown(contribution) or contribution.body}"


def _response(answer: "UnitAnswer") -> str:
    return f"{DECISIONS[answer.decision]}. {answer.reason}".strip()

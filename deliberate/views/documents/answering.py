"""Answering contributions by unit, the three rights, and the report of a consultation."""

from typing import TYPE_CHECKING

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.config import needs_extra
from deliberate.exports.studies.report_docx import can_write_docx
from deliberate.forms.documents import DECISIONS, AnswerForm
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.documents import may_answer_contributions
from deliberate.queries.documents.answers import (
    ReportRow,
    count_rights,
    list_answers,
    list_report_rows,
)
from deliberate.queries.documents.documents import get_document, get_version, list_units
from deliberate.queries.documents.unit_pages import get_unit_page
from deliberate.views.documents.unit_page import unit_url
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
    get_or_404,
    int_arg,
    int_fields,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Document

blueprint = LocalizedBlueprint("unit_answers")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.page(
    "/desk/documents/<id:document_id>/answer/<path:address>",
    "staff",
    "admin",
    methods=BOTH,
    rate_limit=TEXTS,
)
def answer(document_id: int, address: str) -> ResponseReturnValue:
    """Show the contributions to a Pasal with the form of an answer, or publish one.

    `version` names an older version, for parts that were dropped since; `after` is as on the page
    of the Pasal.
    """
    document, staff = get_or_404(get_document(document_id)), signed_in_person()
    require(may_answer_contributions(staff, document))
    version, after = get_or_404(get_version(document, int_arg("version"))), int_arg("after")
    page = get_or_404(get_unit_page(document, version, address, after=after or 0))
    form = AnswerForm(submitted_data())
    shown = [*page.amendments, *page.comments]

    def submit() -> ResponseReturnValue:
        entry = AnswerEntry(*form.selected(), form.reason.data or "", int_fields("answers"))
        answer_unit(staff, document, page.top, entry, context=request_context())
        flash_with_receipt(_("The answer is public."))
        return see_other(unit_url(document, version, page.top.address))

    return form_page(
        form,
        submit,
        "documents/answer.html",
        show_refusal=True,
        document=document,
        page=page,
        after=after,
        shown=shown,
        answers=list_answers([row.row.id for row in shown]),
        chosen=int_fields("answers") if request.method == "POST" else [],
    )


@blueprint.page("/documents/<id:document_id>/rights", "public", cached=True)
def rights(document_id: int) -> str:
    """Show how many contributions were heard, considered and explained, by Pasal."""
    document = get_or_404(get_document(document_id))
    version = get_or_404(get_version(document))
    return render_template(
        "documents/rights.html",
        document=document,
        process=document.process,
        units=list_units(version),
        rights=count_rights(document, version),
    )


@blueprint.page("/documents/<id:document_id>/report", "public", cached=True)
def report(document_id: int) -> str:
    """Show every contribution with what was answered, as a table to be printed."""
    document = get_or_404(get_document(document_id))
    return render_template(
        "documents/report.html",
        document=document,
        process=document.process,
        rows=list_report_rows(document),
        decisions=DECISIONS,
        why_unshown=why_unshown,
        has_docx=can_write_docx(),
        docx_hint=needs_extra("texts"),
    )


@blueprint.page("/documents/<id:document_id>/report.csv", "public", cached=True)
def report_csv(document_id: int) -> Response:
    """Return the table of the report as CSV."""
    from deliberate.exports.formats.consultation_table import table_csv  # loads DuckDB

    document = get_or_404(get_document(document_id))
    return _file(document, table_csv(_table(document)), "csv", "text/csv; charset=utf-8")


@blueprint.page("/documents/<id:document_id>/report.docx", "public")
def report_docx(document_id: int) -> Response:
    """Return the table of the report as DOCX, where the packages of the extra are installed."""
    from deliberate.exports.formats.consultation_table import table_docx  # loads DuckDB

    get_or_404(can_write_docx() or None)
    document = get_or_404(get_document(document_id))
    return _file(document, table_docx(document.title, _table(document)), "docx", DOCX)


def _file(document: "Document", content: str | bytes, ending: str, content_type: str) -> Response:
    response = Response(content, content_type=content_type)
    name = f"document-{document.id}-{g.language}.{ending}"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _table(document: "Document") -> list[list[str]]:
    """Return the headings and a row for every contribution."""
    heads = (_("No."), _("Part"), _("Text"), _("Proposed change"), _("Reason"), _("Response"))
    rows = enumerate(list_report_rows(document), 1)
    return [[str(head) for head in heads], *([str(n), *_cells(row)] for n, row in rows)]


def _cells(row: ReportRow) -> tuple[str, str, str, str, str]:
    """Return place, words, proposed change, reason and response; or why texts are not shown."""
    unshown = why_unshown(row.contribution)
    responses = [f"{DECISIONS[answer.decision]}. {answer.reason}".strip() for answer in row.answers]
    return (
        row.unit.place,
        row.words,
        "" if unshown else row.contribution.replacement,
        unshown or row.contribution.body,
        "\n".join(responses),
    )

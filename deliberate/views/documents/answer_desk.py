"""The desk of answers on draft texts: what is open by deadline, drafts of answers, a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.forms.documents import DECISIONS
from deliberate.forms.responses import GROUNDS
from deliberate.operations.documents.answer_desk import (
    assign_unit,
    check_answer,
    discard_answer_draft,
    publish_answer_draft,
    sign_answer,
)
from deliberate.operations.documents.answer_table import (
    COLUMNS,
    AnswerRow,
    AnswerTableResult,
    InvalidAnswerTable,
    parse_answer_table,
    publish_answer_rows,
    write_answer_table,
    write_open_table,
)
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.documents import (
    may_answer_contributions,
    may_check_answer,
    may_publish_answer_draft,
    may_read_answer_draft,
    may_sign_answer,
)
from deliberate.queries.accounts.people import get_person
from deliberate.queries.documents.answer_desk import (
    get_answer_draft,
    list_answer_drafts,
    list_contributions_of,
    list_documents_with_open_contributions,
    list_open_contributions,
    list_open_pages,
    missing_consents,
)
from deliberate.queries.documents.documents import (
    get_document,
    get_unit,
    get_unit_by_id,
    get_version,
)
from deliberate.queries.responses.desk import list_staff
from deliberate.queries.responses.institutions import list_institutions
from deliberate.views.documents.unit_page import unit_url
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.uploads import UnreadableUpload, uploaded_table
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    redirect_with_message,
    see_other,
)
from deliberate.views.site.rate_limits import count_upload
from deliberate.views.site.request_context import (
    get_or_404,
    int_arg,
    int_field,
    request_context,
    signed_in_person,
)

if TYPE_CHECKING:
    from deliberate.models import Document, Person, UnitAnswerDraft

blueprint = LocalizedBlueprint("answer_desk", url_prefix="/desk/contributions")


@blueprint.page("", "staff", "admin")
def index() -> str:
    """Show the Pasal with open contributions, the earliest deadline first, and drafts."""
    officer = signed_in_person()
    documents = [
        document
        for document in list_documents_with_open_contributions()
        if may_answer_contributions(officer, document)
    ]
    drafts = [
        draft
        for draft in list_answer_drafts(officer.institution_id)
        if may_read_answer_draft(officer, draft)
    ]
    pages = list_open_pages(documents)
    mine = bool(request.args.get("mine"))
    return render_template(
        "documents/answer_desk/index.html",
        pages=[page for page in pages if not mine or page.assignee is officer],
        documents=documents,
        drafts=[
            (draft, get_unit_by_id(draft.version, draft.unit_id), waits_for(officer, draft))
            for draft in drafts
        ],
        decisions=DECISIONS,
        colleagues=list_staff(officer.institution_id),
        officer=officer,
        mine=mine,
    )


def waits_for(officer: "Person", draft: "UnitAnswerDraft") -> list[str]:
    """Return what a draft waits for, in words."""
    missing = missing_consents(officer, draft.document, draft)
    waits = [_("a colleague must check it")] if missing.needs_check else []
    names = [row.name for row in list_institutions() if row.id in missing.institution_ids]
    if names:
        waits.append(_("%(institutions)s must sign it", institutions=", ".join(names)))
    return waits


@blueprint.page(
    "/<id:document_id>/assign/<path:address>",
    "staff",
    "admin",
    methods=["POST"],
    rate_limit=CLICKS,
)
def assign(document_id: int, address: str) -> ResponseReturnValue:
    """Assign a Pasal to a colleague, or to oneself."""
    document = get_or_404(get_document(document_id))
    version = get_or_404(get_version(document, int_arg("version")))
    unit = get_or_404(get_unit(version, address))
    colleague = get_or_404(get_person(int_field("colleague") or 0))
    assign_unit(signed_in_person(), document, unit, colleague, context=request_context())
    return redirect_with_message(
        url_for("answer_desk.index"),
        _("Assigned to %(colleague)s.", colleague=colleague.display_name),
    )


def _get_draft(draft_id: int) -> "UnitAnswerDraft":
    draft = get_or_404(get_answer_draft(draft_id))
    require(may_read_answer_draft(signed_in_person(), draft))
    return draft


@blueprint.page("/drafts/<id:draft_id>", "staff", "admin")
def draft(draft_id: int) -> str:
    """Show a draft of an answer with what it waits for."""
    row, officer = _get_draft(draft_id), signed_in_person()
    return render_template(
        "documents/answer_desk/draft.html",
        draft=row,
        document=row.document,
        unit=get_unit_by_id(row.version, row.unit_id),
        contributions=list_contributions_of(row),
        decisions=DECISIONS,
        grounds={choice.value: choice.label for choice in GROUNDS},
        waits=waits_for(officer, row),
        may_check=may_check_answer(officer, row) and not row.is_approved,
        may_sign=may_sign_answer(officer, row)
        and officer.institution_id in missing_consents(officer, row.document, row).institution_ids,
        may_publish=may_publish_answer_draft(officer, row),
        is_own=officer.institution_id == row.institution_id,
    )


@blueprint.page(
    "/drafts/<id:draft_id>/check", "staff", "admin", methods=["POST"], rate_limit=CLICKS
)
def check(draft_id: int) -> ResponseReturnValue:
    """Approve a draft, or return it with a note."""
    passed = request.form.get("passed") == "1"
    note = request.form.get("note", "")
    row = _get_draft(draft_id)
    check_answer(signed_in_person(), row, note, passed=passed, context=request_context())
    return redirect_with_message(
        url_for("answer_desk.draft", draft_id=draft_id),
        _("Approved.") if passed else _("Returned with your note."),
    )


@blueprint.page("/drafts/<id:draft_id>/sign", "staff", methods=["POST"], rate_limit=CLICKS)
def sign(draft_id: int) -> ResponseReturnValue:
    """Sign a draft for an institution that must sign."""
    sign_answer(signed_in_person(), _get_draft(draft_id), context=request_context())
    url = url_for("answer_desk.draft", draft_id=draft_id)
    return redirect_with_message(url, _("Signed."))


@blueprint.page(
    "/drafts/<id:draft_id>/publish", "staff", "admin", methods=["POST"], rate_limit=CLICKS
)
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish a draft to which all have consented."""
    row = _get_draft(draft_id)
    document, version = row.document, row.version
    unit = get_or_404(get_unit_by_id(version, row.unit_id))
    publish_answer_draft(signed_in_person(), row, context=request_context())
    flash_with_receipt(_("The answer is public."))
    return see_other(unit_url(document, version, unit.address))


@blueprint.page(
    "/drafts/<id:draft_id>/discard", "staff", "admin", methods=["POST"], rate_limit=CLICKS
)
def discard(draft_id: int) -> ResponseReturnValue:
    """Discard a draft; its contributions stay open."""
    discard_answer_draft(signed_in_person(), _get_draft(draft_id))
    return redirect_with_message(url_for("answer_desk.index"), _("The draft is discarded."))


@blueprint.page(
    "/<id:document_id>/table", "staff", "admin", methods=BOTH, rate_limit=TEXTS, files=True
)
def table(document_id: int) -> ResponseReturnValue:
    """Show the table of what is open, check its rows, or publish those without problems."""
    document, staff = get_or_404(get_document(document_id)), signed_in_person()
    require(may_answer_contributions(staff, document))
    pages = list_open_pages([document])
    if request.method == "GET":
        return _table_page(document, write_open_table(pages), None)
    try:
        text = _submitted_table()
    except UnreadableUpload as error:
        typed = request.form.get("table", "")
        return _table_page(document, typed, None, UNPROCESSABLE, file_error=str(error))
    try:
        rows = parse_answer_table(document, pages, text)
    except InvalidAnswerTable as error:
        return _table_page(document, text, None, UNPROCESSABLE, error=str(error))
    if request.form.get("step") != "publish":
        status = UNPROCESSABLE if any(row.problems for row in rows) else 200
        return _table_page(document, text, rows, status)
    result = publish_answer_rows(staff, document, rows, context=request_context())
    _flash_result(result)
    if result.failed:
        failed = write_answer_table(result.failed)
        return _table_page(document, failed, result.failed, UNPROCESSABLE)
    return see_other(url_for("answer_desk.index"))


def _submitted_table() -> str:
    file = request.files.get("file")
    if file is not None and file.filename:
        count_upload()
        return uploaded_table(file)
    return request.form.get("table", "")


def _table_page(
    document: "Document",
    text: str,
    rows: Sequence[AnswerRow] | None,
    status: int = 200,
    *,
    error: str = "",
    file_error: str = "",
) -> ResponseReturnValue:
    page = render_template(
        "documents/answer_desk/table.html",
        document=document,
        pages=list_open_pages([document]),
        contributions={row.id: row for row in list_open_contributions(document)},
        table=text,
        rows=rows,
        table_error=error,
        file_error=file_error,
        columns=COLUMNS,
        needs_consent=bool(missing_consents(signed_in_person(), document)),
        decisions=DECISIONS,
        grounds=GROUNDS,
    )
    return page, status


def _flash_result(result: AnswerTableResult) -> None:
    if count := len(result.published):
        message = ngettext("%(n)s answer is public.", "%(n)s answers are public.", count, n=count)
        flash(message, "success")
    if count := len(result.drafted):
        message = ngettext(
            "%(n)s answer is saved as a draft; what it needs was asked for.",
            "%(n)s answers are saved as drafts; what they need was asked for.",
            count,
            n=count,
        )
        flash(message, "success")

"""Responses from a CSV table: a preview of its rows, and their publication."""

from collections.abc import Sequence

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from deliberate.operations.responses.response_table import (
    COLUMNS,
    InvalidTable,
    ResponseRow,
    TableResult,
    parse_response_table,
    publish_response_rows,
    write_response_table,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.uploads import UnreadableUpload, uploaded_table
from deliberate.views.site.form_pages import BOTH, UNPROCESSABLE, see_other
from deliberate.views.site.rate_limits import count_upload
from deliberate.views.site.request_context import request_context, signed_in_person

blueprint = LocalizedBlueprint("response_table", url_prefix="/desk/answers")


@blueprint.page("", "staff", methods=BOTH, files=True)
def index() -> ResponseReturnValue:
    """Show the form for a table, preview its rows, or publish the rows without problems."""
    if request.method == "GET":
        return _page("", None)
    try:
        table = _submitted_table()
    except UnreadableUpload as error:
        typed = request.form.get("table", "")
        return _page(typed, None, UNPROCESSABLE, file_error=str(error))
    try:
        rows = parse_response_table(signed_in_person(), table)
    except InvalidTable as error:
        return _page(table, None, UNPROCESSABLE, table_error=str(error))
    if request.form.get("step") != "publish":
        return _page(table, rows, UNPROCESSABLE if any(row.problems for row in rows) else 200)
    result = publish_response_rows(signed_in_person(), rows, context=request_context())
    _flash_result(result)
    if result.failed:
        return _page(write_response_table(result.failed), result.failed, UNPROCESSABLE)
    return see_other(url_for("desk.index"))


def _flash_result(result: TableResult) -> None:
    if count := len(result.published):
        flash(
            ngettext("%(n)s response is public.", "%(n)s responses are public.", count, n=count),
            "success",
        )
    if count := len(result.drafted):
        message = ngettext(
            "%(n)s response is saved as a draft; what it needs was asked for.",
            "%(n)s responses are saved as drafts; what they need was asked for.",
            count,
            n=count,
        )
        flash(message, "success")


def _submitted_table() -> str:
    file = request.files.get("file")
    if file is not None and file.filename:
        count_upload()
        return uploaded_table(file)
    return request.form.get("table", "")


def _page(
    table: str, rows: Sequence[ResponseRow] | None, status: int = 200, **context: str
) -> ResponseReturnValue:
    page = render_template(
        "responses/response_table.html", rows=rows, table=table, columns=COLUMNS, **context
    )
    return page, status

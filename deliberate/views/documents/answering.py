"""Answering contributions by unit, and the three rights."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.documents import AnswerForm
from deliberate.operations.documents.answer_desk import ask_consents
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.documents import may_answer_contributions
from deliberate.queries.documents.answer_desk import get_answer_deadlines, missing_consents
from deliberate.queries.documents.answers import count_rights, list_answers
from deliberate.queries.documents.contributions import list_replies, with_replies
from deliberate.queries.documents.documents import get_document, get_version, list_units
from deliberate.queries.documents.unit_pages import get_unit_page
from deliberate.views.documents.unit_page import unit_url
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    redirect_with_message,
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

blueprint = LocalizedBlueprint("unit_answers")


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
    tops = [*page.amendments, *page.comments]
    replies = list_replies([row.row.id for row in tops])
    shown = with_replies(tops, replies)
    deadlines = get_answer_deadlines(document).by_page

    def submit() -> ResponseReturnValue:
        entry = AnswerEntry(*form.selected(), form.reason.data or "", int_fields("answers"))
        if missing_consents(staff, document):
            draft = ask_consents(staff, document, page.top, entry, context=request_context())
            url = url_for("answer_desk.draft", draft_id=draft.id)
            return redirect_with_message(url, _("Saved; those who must consent were asked."))
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
        deadline=deadlines.get((version.number, page.top.unit_id)),
        shown=shown,
        unlisted=sum(found.count - len(found.rows) for found in replies.values()),
        needs_consent=bool(missing_consents(staff, document)),
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

"""Contributing to a unit of a draft text: comment, question, amendment, joining, withdrawing."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.documents import (
    DECISIONS,
    AmendmentForm,
    ContributionTextForm,
    UnitCommentForm,
)
from deliberate.legal_texts.comparison import compare_words
from deliberate.legal_texts.units import place_name
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    SupersededVersion,
    change_unit_comment,
    comment_on_unit,
    join_amendment,
    propose_amendment,
    require_other_words,
    unjoin_amendment,
    withdraw_amendment,
    withdraw_unit_comment,
)
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import InvalidInput, all_of, require
from deliberate.permissions.documents import (
    is_contributing_offered,
    may_change_contribution,
    may_reply_to,
)
from deliberate.queries.documents.answers import list_answers
from deliberate.queries.documents.contributions import (
    REPLIES,
    get_unit_contribution,
    list_like_amendments,
    list_page_of_replies,
)
from deliberate.queries.documents.documents import (
    get_document,
    get_unit,
    get_unit_by_id,
    get_version,
    top_address,
)
from deliberate.queries.documents.lineage import get_lineage
from deliberate.queries.documents.unit_pages import get_unit_page
from deliberate.queries.moderation.open_items import get_open_edit_request
from deliberate.views.documents.unit_page import render_unit_page
from deliberate.views.posted_message import posted_message
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    form_page,
    remember_form,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import contribution_url

if TYPE_CHECKING:
    from deliberate.models import Document, UnitContribution, UnitText

blueprint = LocalizedBlueprint("unit_contributions", url_prefix="/documents/<id:document_id>")


@blueprint.page("/comment/<path:address>", "signed_in", methods=["POST"], rate_limit=TEXTS)
def comment(document_id: int, address: str) -> ResponseReturnValue:
    """Post a comment or a question on a unit, in the version in which it was read."""
    document, form = get_or_404(get_document(document_id)), UnitCommentForm(request.form)
    remember_form(form)
    version = get_or_404(get_version(document, form.version_number or None))
    unit = get_or_404(get_unit(version, request.form.get("unit") or address))
    if not form.validate():
        page = get_or_404(get_unit_page(document, version, address))
        return render_unit_page(page, form), UNPROCESSABLE
    posted = comment_on_unit(
        signed_in_person(),
        document,
        unit,
        form.body.data or "",
        form.selected_stance,
        is_question=form.is_question.data,
        context=request_context(),
    )
    flash_with_receipt(posted_message(posted, _("Your comment is posted.")))
    return see_other(contribution_url(document, posted))


@blueprint.page("/amend/<path:address>", "public")
def amend(document_id: int, address: str) -> str:
    """Show the form of an amendment, filled with the words of the unit."""
    document = get_or_404(get_document(document_id))
    unit = get_or_404(get_unit(get_or_404(get_version(document)), address))
    form = AmendmentForm(version=str(document.version), replacement=unit.body)
    return _amend_page(document, unit, form)


@blueprint.page(
    "/amend/<path:address>",
    "signed_in",
    methods=["POST"],
    name="propose",
    rate_limit=TEXTS,
)
def propose(document_id: int, address: str) -> ResponseReturnValue:
    """Show an amendment word by word with those like it, or propose it."""
    document, form = get_or_404(get_document(document_id)), AmendmentForm(request.form)
    version = get_or_404(get_version(document, form.version_number or None))
    unit = get_or_404(get_unit(version, address))

    def submit() -> ResponseReturnValue | None:
        if version.number != document.version:
            return _carry_over(document, unit, form)
        entry = AmendmentEntry(
            form.version_number, form.replacement.data or "", form.body.data or ""
        )
        try:
            require_other_words(unit, entry.replacement)
            if "publish" not in request.form:
                return _amend_page(document, unit, form, checked=True)
            posted = propose_amendment(
                signed_in_person(), document, unit, entry, context=request_context()
            )
        except SupersededVersion:
            return _carry_over(get_or_404(get_document(document.id)), unit, form)
        except InvalidInput as invalid:
            form.replacement.errors = [*form.replacement.errors, str(invalid.reason)]
            return None
        flash_with_receipt(posted_message(posted, _("Your amendment is public.")))
        return see_other(contribution_url(document, posted))

    return form_page(form, submit, _refused_amendment, document=document, unit=unit)


def _refused_amendment(**values: object) -> str:
    return _amend_page(values["document"], values["unit"], values["form"])  # type: ignore[arg-type]  # of form_page


def _carry_over(document: "Document", unit: "UnitText", form: AmendmentForm) -> ResponseReturnValue:
    """Show an amendment of a superseded version beside the words of the unit in the new one."""
    version = get_or_404(get_version(document))
    read = form.version_number
    heirs = get_lineage(document).follow([unit.unit_id], read, document.version)
    now_there = [row for heir in sorted(heirs) if (row := get_unit_by_id(version, heir))]
    form.version.data = str(document.version)
    page = render_template(
        "documents/carry_over.html",
        document=document,
        process=document.process,
        unit=unit,
        read=read,
        heirs=now_there,
        form=form,
    )
    return page, 409


def _amend_page(
    document: "Document", unit: "UnitText", form: AmendmentForm, *, checked: bool = False
) -> str:
    version = get_or_404(get_version(document))
    like = list_like_amendments(document, version, unit, form.replacement.data) if checked else []
    return render_template(
        "documents/amend.html",
        document=document,
        process=document.process,
        unit=unit,
        top=top_address(unit.address),
        top_name=place_name(top_address(unit.address)),
        form=form,
        like=like,
        pieces=compare_words(unit.body, form.replacement.data or "") if checked else None,
        takes_contributions=is_contributing_offered(current_person(), document),
    )


@blueprint.page("/contributions/<id:contribution_id>", "public")
def show(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Redirect to a contribution at its unit."""
    return see_other(contribution_url(*get_contribution_of(document_id, contribution_id)))


@blueprint.page(
    "/contributions/<id:contribution_id>/change",
    "signed_in",
    methods=BOTH,
    rate_limit=TEXTS,
)
def change(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Show the form of a comment that a moderator asks to change, or change it."""
    document, contribution = get_contribution_of(document_id, contribution_id)
    author = signed_in_person()
    require(may_change_contribution(author, contribution))
    form = ContributionTextForm(submitted_data(), obj=contribution)

    def submit() -> ResponseReturnValue:
        change_unit_comment(author, contribution, form.body.data or "", context=request_context())
        flash_with_receipt(posted_message(contribution, _("Your text is changed.")))
        return see_other(contribution_url(document, contribution))

    return form_page(
        form,
        submit,
        "documents/change.html",
        document=document,
        contribution=contribution,
        edit=get_open_edit_request(contribution),
        back=contribution_url(document, contribution),
    )


@blueprint.page("/contributions/<id:contribution_id>/replies", "public", cached=True)
def replies(document_id: int, contribution_id: int) -> str:
    """Show a contribution with all replies to it, in pages."""
    document, contribution = get_contribution_of(document_id, contribution_id)
    rows = list_page_of_replies(contribution, int_arg("after") or 0)
    shown, reader = rows[:REPLIES], current_person()
    return render_template(
        "documents/replies.html",
        document=document,
        process=document.process,
        contribution=contribution,
        back=contribution_url(document, contribution),
        replies=shown,
        answers=list_answers([row.id for row in shown]),
        decisions=DECISIONS,
        reader_id=reader.id if reader else None,
        after=int_arg("after"),
        next_after=shown[-1].id if len(rows) > REPLIES else None,
        takes_contributions=all_of(
            is_contributing_offered(reader, document), may_reply_to(contribution, document)
        ),
    )


@blueprint.page("/contributions/<id:contribution_id>/reply", "public")
def reply_form(document_id: int, contribution_id: int) -> str:
    """Show a contribution with the form to reply to it."""
    document, contribution = get_contribution_of(document_id, contribution_id)
    form = UnitCommentForm(version=str(document.version))
    return _reply_page(document=document, contribution=contribution, form=form)


@blueprint.page(
    "/contributions/<id:contribution_id>/reply",
    "signed_in",
    methods=["POST"],
    name="reply",
    rate_limit=TEXTS,
)
def reply(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Reply to a contribution, in the version in which its unit stands."""
    document, contribution = get_contribution_of(document_id, contribution_id)
    form = UnitCommentForm(request.form)

    def submit() -> ResponseReturnValue:
        posted = comment_on_unit(
            signed_in_person(),
            document,
            get_or_404(get_unit_by_id(contribution.version, contribution.unit_id)),
            form.body.data or "",
            form.selected_stance,
            is_question=form.is_question.data,
            parent=contribution,
            context=request_context(),
        )
        flash_with_receipt(posted_message(posted, _("Your reply is posted.")))
        return see_other(contribution_url(document, posted))

    return form_page(form, submit, _reply_page, document=document, contribution=contribution)


def _reply_page(**values: object) -> str:
    document: Document = values["document"]  # type: ignore[assignment]  # of form_page
    contribution: UnitContribution = values["contribution"]  # type: ignore[assignment]  # of form_page
    return render_template(
        "documents/reply.html",
        form=values["form"],
        document=document,
        contribution=contribution,
        back=contribution_url(document, contribution),
        takes_contributions=all_of(
            is_contributing_offered(current_person(), document),
            may_reply_to(contribution, document),
        ),
    )


@blueprint.page(
    "/contributions/<id:contribution_id>/join", "signed_in", methods=["POST"], rate_limit=CLICKS
)
def join(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Join an amendment that another person proposed."""
    document, amendment = get_contribution_of(document_id, contribution_id)
    join_amendment(signed_in_person(), amendment, context=request_context())
    flash_with_receipt(_("You joined this amendment."))
    return see_other(contribution_url(document, amendment))


@blueprint.page(
    "/contributions/<id:contribution_id>/unjoin", "signed_in", methods=["POST"], rate_limit=CLICKS
)
def unjoin(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Leave an amendment that one had joined."""
    document, amendment = get_contribution_of(document_id, contribution_id)
    unjoin_amendment(signed_in_person(), amendment, context=request_context())
    flash_with_receipt(_("You left this amendment."))
    return see_other(contribution_url(document, amendment))


@blueprint.page(
    "/contributions/<id:contribution_id>/withdraw",
    "signed_in",
    methods=["POST"],
    rate_limit=CLICKS,
)
def withdraw(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Withdraw an own contribution."""
    document, contribution = get_contribution_of(document_id, contribution_id)
    is_amendment = contribution.kind == "amendment"
    if contribution.coauthor_count:
        return see_other(
            url_for("coauthors.withdraw", subject_type="amendment", work_id=contribution.id)
        )
    operation = withdraw_amendment if is_amendment else withdraw_unit_comment
    operation(signed_in_person(), contribution, context=request_context())
    flash_with_receipt(_("It is withdrawn."))
    return see_other(contribution_url(document, contribution))


def get_contribution_of(
    document_id: int, contribution_id: int
) -> "tuple[Document, UnitContribution]":
    """Return a draft text and a contribution to it; 404 for one of another text."""
    document = get_or_404(get_document(document_id))
    contribution = get_or_404(get_unit_contribution(contribution_id))
    return document, get_or_404(contribution if contribution.document_id == document_id else None)

"""Pages for the authors of an amendment: change its words, or make a proposal of it."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.documents import AmendmentForm
from deliberate.forms.proposals.proposals import MAX_TITLE
from deliberate.legal_texts.comparison import compare_words
from deliberate.operations.documents.amendments import (
    SupersededWording,
    Wording,
    draft_of_amendment,
    revise_amendment,
)
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.documents import may_revise_amendment
from deliberate.queries.documents.documents import get_unit_by_id
from deliberate.queries.moderation.open_items import get_open_edit_request
from deliberate.views.documents.contributing import get_contribution_of
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
    request_context,
    signed_in_person,
)
from deliberate.views.urls import contribution_url

if TYPE_CHECKING:
    from deliberate.models import UnitContribution

blueprint = LocalizedBlueprint("amendments", url_prefix="/documents/<id:document_id>")
AMENDMENT = "/amendments/<id:contribution_id>"


@blueprint.page(f"{AMENDMENT}/revision", "signed_in", methods=BOTH, rate_limit=TEXTS)
def revise(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Show the authors the form to change an amendment, its comparison, or publish it."""
    person = signed_in_person()
    document, amendment = get_contribution_of(document_id, contribution_id)
    require(may_revise_amendment(person, amendment))
    form = AmendmentForm(
        submitted_data(),
        version=str(amendment.number),
        replacement=amendment.replacement,
        body=amendment.body,
    )

    def submit() -> ResponseReturnValue | None:
        if "publish" not in request.form:
            return _revise_page(form=form, amendment=amendment, checked=True)
        wording = Wording(form.version_number, form.replacement.data or "", form.body.data or "")
        try:
            revise_amendment(person, amendment, wording, context=request_context())
        except SupersededWording as superseded:
            form.version.data = str(amendment.number)
            form.replacement.errors = [str(superseded.reason)]
            return _revise_page(form=form, amendment=amendment, checked=True), 409
        except InvalidInput as invalid:
            form.replacement.errors = [str(invalid.reason)]
            return None
        flash_with_receipt(_("Your amendment is changed."))
        return see_other(contribution_url(document, amendment))

    return form_page(form, submit, _revise_page, amendment=amendment)


def _revise_page(
    *,
    form: AmendmentForm,
    amendment: "UnitContribution",
    checked: bool = False,
    **_context: object,
) -> str:
    document = amendment.document
    return render_template(
        "documents/revise_amendment.html",
        form=form,
        amendment=amendment,
        document=document,
        unit=get_or_404(get_unit_by_id(amendment.version, amendment.unit_id)),
        back=contribution_url(document, amendment),
        edit=get_open_edit_request(amendment),
        pieces=compare_words(amendment.quoted, form.replacement.data or "") if checked else None,
        present=compare_words(amendment.quoted, amendment.replacement),
    )


@blueprint.page(f"{AMENDMENT}/promotion", "signed_in", methods=["POST"], rate_limit=CLICKS)
def promote(document_id: int, contribution_id: int) -> ResponseReturnValue:
    """Begin a proposal with the words of an amendment that was not adopted."""
    document, amendment = get_contribution_of(document_id, contribution_id)
    unit = get_or_404(get_unit_by_id(amendment.version, amendment.unit_id))
    title = f"{unit.place}: {document.title}"[:MAX_TITLE]
    draft = draft_of_amendment(signed_in_person(), amendment, title)
    return see_other(url_for("drafting.title_and_text", draft_id=draft.id))

"""The open commitments of an institution, and their next steps."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.responses import StepForm
from deliberate.operations.responses.commitments import (
    drop_commitment,
    fulfil_commitment,
    update_commitment,
)
from deliberate.permissions.decision import RefusalKind, require
from deliberate.permissions.responses import may_update_commitment
from deliberate.queries.responses.commitments import get_commitment, list_commitments
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Commitment, Person

blueprint = LocalizedBlueprint("desk_commitments", url_prefix="/desk/commitments")


@blueprint.page("", "staff")
def index() -> ResponseReturnValue:
    """Show the open commitments of the institution, late ones first."""
    institution_id = signed_in_person().institution_id
    return render_template(
        "responses/desk_commitments/index.html",
        late=list_commitments("late", institution_id),
        due=list_commitments("due", institution_id),
    )


@blueprint.page("/<id:commitment_id>", "staff", methods=BOTH)
def show(commitment_id: int) -> ResponseReturnValue:
    """Show the form for the next step of a commitment, or publish the step.

    A commitment that is fulfilled or dropped redirects to its response: the link of an old notice
    must not end in a refusal.
    """
    officer, commitment = signed_in_person(), get_or_404(get_commitment(commitment_id))
    decision = may_update_commitment(officer, commitment)
    if request.method == "GET" and not decision and decision.kind == RefusalKind.STATE:
        page = url_for("responses.show", proposal_id=commitment.response.proposal_id)
        return redirect_with_message(page, str(decision.reason))
    require(decision)
    form = StepForm(submitted_data())

    def submit() -> ResponseReturnValue:
        _publish_step(officer, commitment, form)
        return redirect_with_message(
            url_for("desk_commitments.index"),
            _("The step is public. Everyone who took part is notified."),
        )

    return form_page(form, submit, "responses/desk_commitments/show.html", commitment=commitment)


def _publish_step(officer: "Person", commitment: "Commitment", form: StepForm) -> None:
    note, evidence = form.note.data or "", form.evidence.data or ""
    if form.state.data == "fulfilled":
        fulfil_commitment(officer, commitment, note, evidence, context=request_context())
    elif form.state.data == "dropped":
        drop_commitment(officer, commitment, note, context=request_context())
    else:
        update_commitment(officer, commitment, note, evidence, context=request_context())

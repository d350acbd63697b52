"""Pages to suggest a summary of a proposal and to agree to one."""

from typing import TYPE_CHECKING

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals.summaries import MAX_LENGTH, SummaryForm
from deliberate.operations.proposals.summaries import agree_to_summary, suggest_summary
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.summaries import may_agree_to_summary, may_suggest_summary
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.queries.proposals.summaries import current_summary, suggested_summary
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
    int_field,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import proposal_url

if TYPE_CHECKING:
    from deliberate.models import Proposal

blueprint = LocalizedBlueprint("summaries", url_prefix="/proposals")
SUMMARY = "/<id:proposal_id>/summary"


@blueprint.page(SUMMARY, "signed_in", methods=BOTH, rate_limit=TEXTS)
def show(proposal_id: int) -> ResponseReturnValue:
    """Show the current and the suggested summary with a form, or store a suggestion."""
    person, proposal = signed_in_person(), get_or_404(get_proposal(proposal_id))
    require(may_suggest_summary(person, proposal))
    suggested, current = suggested_summary(proposal), current_summary(proposal)
    form = SummaryForm(submitted_data(), obj=suggested or current)
    return form_page(
        form,
        lambda: _suggest(proposal, form),
        "proposals/summaries.html",
        proposal=proposal,
        current=current,
        suggested=suggested,
        may_agree=may_agree_to_summary(person, suggested) if suggested else None,
        max_length=MAX_LENGTH,
        back=proposal_url(proposal),
    )


def _suggest(proposal: "Proposal", form: SummaryForm) -> ResponseReturnValue:
    texts = (form.main_request.data, form.best_for.data, form.best_against.data)
    suggest_summary(signed_in_person(), proposal, *texts)
    return redirect_with_message(
        url_for("summaries.show", proposal_id=proposal.id),
        _("Your summary is saved. It is shown when the other side agrees."),
    )


@blueprint.page(f"{SUMMARY}/agreement", "signed_in", methods=["POST"])
def agree(proposal_id: int) -> ResponseReturnValue:
    """Agree to the suggested summary in the revision that was shown."""
    person, proposal = signed_in_person(), get_or_404(get_proposal(proposal_id))
    require(may_suggest_summary(person, proposal))
    summary = get_or_404(suggested_summary(proposal))
    agree_to_summary(person, summary, int_field("seen") or 0, context=request_context())
    flash_with_receipt(_("The summary is now shown above the proposal."))
    return see_other(proposal_url(proposal))

"""A proposal in short: suggesting it, and agreeing to what the other one suggests."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals.summaries import LONGEST, SummaryForm
from deliberate.operations.proposals import summaries as summary_operations
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.summaries import may_agree, may_summarise
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.queries.proposals.summaries import current_summary, suggested_summary
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("summaries", url_prefix="/proposals")
AT = "/<id:number>/summary"


def _proposal(number: int) -> Any:
    proposal = get_or_404(proposal_shown(number)).proposal
    require(may_summarise(current_person(), proposal))
    return proposal


@blueprint.page(AT, "signed_in")
def show(number: int) -> ResponseReturnValue:
    """The summary that holds, the one suggested, and the form for other words."""
    proposal = _proposal(number)
    newest = suggested_summary(proposal) or current_summary(proposal)
    return _page(proposal, SummaryForm(obj=newest))


@blueprint.page(AT, "signed_in", methods=["POST"], name="suggest", rate_limit=TEXTS)
def suggest(number: int) -> ResponseReturnValue:
    """Suggest a summary."""
    proposal, form = _proposal(number), SummaryForm(request.form)
    if not form.validate():
        return _page(proposal, form), 422
    words = (form.asked.data, form.best_for.data, form.best_against.data)
    summary_operations.suggest_summary(current_person(), proposal, *words)
    flash(_("Your summary is kept; it is shown when the other one agrees."), "success")
    return see_other(url_for("summaries.show", number=number))


@blueprint.page(f"{AT}/agreement", "signed_in", methods=["POST"])
def agree(number: int) -> ResponseReturnValue:
    """Agree to the summary that waits, as it was read."""
    proposal = _proposal(number)
    summary = get_or_404(suggested_summary(proposal))
    summary_operations.agree_to_summary(
        current_person(), summary, request.form.get("seen", 0, type=int)
    )
    after_act(_("The summary stands above the proposal now."))
    return see_other(address_of(proposal))


def _page(proposal: Any, form: SummaryForm) -> str:
    waiting = suggested_summary(proposal)
    return render_template(
        "proposals/summaries.html",
        proposal=proposal,
        form=form,
        current=current_summary(proposal),
        waiting=waiting,
        may_agree=may_agree(current_person(), waiting) if waiting else None,
        longest=LONGEST,
        back=address_of(proposal),
    )

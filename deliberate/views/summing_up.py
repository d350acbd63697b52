"""A proposal in short: suggesting it, and agreeing to what the other one suggests."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.summing_up import LONGEST, SummaryForm
from deliberate.operations import summing_up
from deliberate.operations.pacing import TEXTS
from deliberate.permissions import require
from deliberate.permissions.summing_up import may_agree, may_summarise
from deliberate.queries import summaries
from deliberate.queries.proposals import proposal_shown
from deliberate.views.frame import Room, after_act, asking, or_404, see_other
from deliberate.views.proposals import address_of

room = Room("summing_up", under="/proposals")
AT = "/<int(max=2147483647):number>/summary"


def _proposal(number: int) -> Any:
    proposal = or_404(proposal_shown(number)).proposal
    require(may_summarise(asking(), proposal))
    return proposal


@room.page(AT, "signed_in")
def show(number: int) -> ResponseReturnValue:
    """The summary that holds, the one suggested, and the form for other words."""
    proposal = _proposal(number)
    newest = summaries.suggested_summary(proposal) or summaries.current_summary(proposal)
    return _page(proposal, SummaryForm(obj=newest))


@room.page(AT, "signed_in", methods=["POST"], name="suggest", pace=TEXTS)
def suggest(number: int) -> ResponseReturnValue:
    """Suggest a summary."""
    proposal, form = _proposal(number), SummaryForm(request.form)
    if not form.validate():
        return _page(proposal, form), 422
    words = (form.asked.data, form.best_for.data, form.best_against.data)
    summing_up.suggest_summary(asking(), proposal, *words)
    flash(_("Your summary is kept; it is shown when the other one agrees."), "success")
    return see_other(url_for("summing_up.show", number=number))


@room.page(f"{AT}/agreement", "signed_in", methods=["POST"])
def agree(number: int) -> ResponseReturnValue:
    """Agree to the summary that waits, as it was read."""
    proposal = _proposal(number)
    summary = or_404(summaries.suggested_summary(proposal))
    summing_up.agree_to_summary(asking(), summary, request.form.get("seen", 0, type=int))
    after_act(_("The summary stands above the proposal now."))
    return see_other(address_of(proposal))


def _page(proposal: Any, form: SummaryForm) -> str:
    waiting = summaries.suggested_summary(proposal)
    return render_template(
        "summing_up/show.html",
        proposal=proposal,
        form=form,
        current=summaries.current_summary(proposal),
        waiting=waiting,
        may_agree=may_agree(asking(), waiting) if waiting else None,
        longest=LONGEST,
        back=address_of(proposal),
    )

"""Changing and withdrawing one's own proposal."""

from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals.proposals import LONGEST, TITLE, ReviseForm, WithdrawForm
from deliberate.operations.proposals.proposals import revise_proposal, withdraw_proposal
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.proposals import may_revise, may_withdraw
from deliberate.queries.moderation.open_items import open_request
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.queries.threads.threads import comments_to_credit
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other
from deliberate.views.threads import said_of

blueprint = LocalizedBlueprint("revisions", url_prefix="/proposals")


def _proposal(number: int) -> Any:
    return get_or_404(proposal_shown(number)).proposal


@blueprint.page("/<id:number>/revision", "signed_in")
def revise(number: int) -> ResponseReturnValue:
    """The form for a new version of one's own proposal."""
    proposal = _proposal(number)
    require(may_revise(current_person(), proposal))
    return _revise_page(proposal, ReviseForm(title=proposal.title, body=proposal.body))


@blueprint.page(
    "/<id:number>/revision",
    "signed_in",
    methods=["POST"],
    name="publish_revision",
    rate_limit=TEXTS,
)
def publish_revision(number: int) -> ResponseReturnValue:
    """Publish a new version; the old ones stay, with a public difference."""
    proposal, form = _proposal(number), ReviseForm(request.form)
    if not form.validate():
        return _revise_page(proposal, form), 422
    revise_proposal(
        current_person(),
        proposal,
        form.title.data,
        form.body.data,
        form.note.data,
        form.credits.data or (),
    )
    after_act(said_of(proposal, _("Version %(n)s is published.", n=proposal.version)))
    return see_other(address_of(proposal))


@blueprint.page("/<id:number>/withdrawal", "signed_in")
def withdraw(number: int) -> ResponseReturnValue:
    """The form to take one's own proposal back."""
    proposal = _proposal(number)
    require(may_withdraw(current_person(), proposal))
    return _withdraw_page(proposal, WithdrawForm())


@blueprint.page("/<id:number>/withdrawal", "signed_in", methods=["POST"], name="end_proposal")
def end_proposal(number: int) -> ResponseReturnValue:
    """Take one's own proposal back, with a reason all can read."""
    proposal, form = _proposal(number), WithdrawForm(request.form)
    if not form.validate():
        return _withdraw_page(proposal, form), 422
    withdraw_proposal(current_person(), proposal, form.reason.data)
    after_act(_("Your proposal is withdrawn; its thread stays readable."))
    return see_other(address_of(proposal))


def _revise_page(proposal: Any, form: ReviseForm) -> str:
    offered = comments_to_credit(proposal, g.language)
    form.offer((line.id, f"{line.display_name}: {line.text}") for line in offered)
    return render_template(
        "proposals/revisions/revise.html",
        form=form,
        proposal=proposal,
        edit=open_request(proposal),
        back=address_of(proposal),
        title_limit=TITLE,
        longest=LONGEST,
    )


def _withdraw_page(proposal: Any, form: WithdrawForm) -> str:
    return render_template(
        "proposals/revisions/withdraw.html", form=form, proposal=proposal, back=address_of(proposal)
    )

"""Changing and withdrawing one's own proposal."""

from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals import LONGEST, TITLE, ReviseForm, WithdrawForm
from deliberate.operations import proposals
from deliberate.operations.pacing import TEXTS
from deliberate.permissions import may_revise, may_withdraw, require
from deliberate.queries import threads
from deliberate.queries.matters import open_request
from deliberate.queries.proposals import proposal_shown
from deliberate.views.frame import Room, after_act, asking, or_404, see_other
from deliberate.views.proposals import address_of
from deliberate.views.threads import said_of

room = Room("revising", under="/proposals")


def _proposal(number: int) -> Any:
    return or_404(proposal_shown(number)).proposal


@room.page("/<int(max=2147483647):number>/revision", "signed_in")
def revise(number: int) -> ResponseReturnValue:
    """The form for a new version of one's own proposal."""
    proposal = _proposal(number)
    require(may_revise(asking(), proposal))
    return _revise_page(proposal, ReviseForm(title=proposal.title, body=proposal.body))


@room.page(
    "/<int(max=2147483647):number>/revision",
    "signed_in",
    methods=["POST"],
    name="publish_revision",
    pace=TEXTS,
)
def publish_revision(number: int) -> ResponseReturnValue:
    """Publish a new version; the old ones stay, with a public difference."""
    proposal, form = _proposal(number), ReviseForm(request.form)
    if not form.validate():
        return _revise_page(proposal, form), 422
    proposals.revise_proposal(
        asking(),
        proposal,
        form.title.data,
        form.body.data,
        form.note.data,
        form.credits.data or (),
    )
    after_act(said_of(proposal, _("Version %(n)s is published.", n=proposal.version)))
    return see_other(address_of(proposal))


@room.page("/<int(max=2147483647):number>/withdrawal", "signed_in")
def withdraw(number: int) -> ResponseReturnValue:
    """The form to take one's own proposal back."""
    proposal = _proposal(number)
    require(may_withdraw(asking(), proposal))
    return _withdraw_page(proposal, WithdrawForm())


@room.page(
    "/<int(max=2147483647):number>/withdrawal", "signed_in", methods=["POST"], name="end_proposal"
)
def end_proposal(number: int) -> ResponseReturnValue:
    """Take one's own proposal back, with a reason all can read."""
    proposal, form = _proposal(number), WithdrawForm(request.form)
    if not form.validate():
        return _withdraw_page(proposal, form), 422
    proposals.withdraw_proposal(asking(), proposal, form.reason.data)
    after_act(_("Your proposal is withdrawn; its thread stays readable."))
    return see_other(address_of(proposal))


def _revise_page(proposal: Any, form: ReviseForm) -> str:
    offered = threads.comments_to_credit(proposal, g.language)
    form.offer((line.id, f"{line.display_name}: {line.text}") for line in offered)
    return render_template(
        "revising/revise.html",
        form=form,
        proposal=proposal,
        edit=open_request(proposal),
        back=address_of(proposal),
        title_limit=TITLE,
        longest=LONGEST,
    )


def _withdraw_page(proposal: Any, form: WithdrawForm) -> str:
    return render_template(
        "revising/withdraw.html", form=form, proposal=proposal, back=address_of(proposal)
    )

"""Joining proposals that ask for the same, and taking them apart again."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals.merging import MergeForm
from deliberate.operations.proposals.merging import merge_proposals, unmerge_proposal
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.proposals import is_standing
from deliberate.queries.proposals.proposals import proposal_shown
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.views.proposals.proposals import address_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other

blueprint = LocalizedBlueprint("merging", url_prefix="/proposals")
WHO = ("staff", "moderator", "admin")


def _proposal(number: int) -> Any:
    return get_or_404(proposal_shown(number)).proposal


@blueprint.page("/<id:number>/merger", *WHO)
def merge(number: int) -> ResponseReturnValue:
    """The form to join a proposal to another one, with those that are like it."""
    proposal = _proposal(number)
    require(is_standing(proposal))
    return _merge_page(proposal, MergeForm())


@blueprint.page("/<id:number>/merger", *WHO, methods=["POST"], name="join")
def join(number: int) -> ResponseReturnValue:
    """Join a proposal to another one."""
    proposal, form = _proposal(number), MergeForm(request.form)
    if not form.validate():
        return _merge_page(proposal, form), 422
    target = proposal_shown(form.number)
    if target is None:
        form.into.errors = [_("There is no such proposal.")]
        return _merge_page(proposal, form), 422
    merge_proposals(current_person(), proposal, target.proposal)
    after_act(_("Proposal %(n)s is joined to this one.", n=number))
    return see_other(address_of(target.proposal))


@blueprint.page("/<id:number>/merger/end", *WHO, methods=["POST"])
def part(number: int) -> ResponseReturnValue:
    """Take a joined proposal out again."""
    proposal = _proposal(number)
    unmerge_proposal(current_person(), proposal)
    after_act(_("The proposal stands by itself again."))
    return see_other(address_of(proposal))


def _merge_page(proposal: Any, form: MergeForm) -> str:
    similar = similar_proposals(proposal.title, but=proposal.id)
    return render_template(
        "proposals/merging.html",
        proposal=proposal,
        form=form,
        similar=[one for one in similar if one.process_id == proposal.process_id],
        back=address_of(proposal),
        address_of=address_of,
    )

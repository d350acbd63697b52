"""Pages to merge a proposal into another one and to undo it."""

from typing import TYPE_CHECKING

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals.merging import MergeForm
from deliberate.operations.proposals.merging import merge_proposals, unmerge_proposal
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.proposals import is_active
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.views.urls import proposal_url

if TYPE_CHECKING:
    from deliberate.models import Proposal

blueprint = LocalizedBlueprint("merging", url_prefix="/proposals")
ROLES = ("staff", "moderator", "admin")


@blueprint.page("/<id:proposal_id>/merger", *ROLES, methods=BOTH)
def merge(proposal_id: int) -> ResponseReturnValue:
    """Show the form to merge a proposal into another one, or merge them."""
    proposal = get_or_404(get_proposal(proposal_id))
    require(is_active(proposal))
    form = MergeForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        target = get_proposal(form.target_id)
        if target is None:
            form.into.errors = [_("There is no such proposal.")]
            return None
        merge_proposals(signed_in_person(), proposal, target, context=request_context())
        flash_with_receipt(_("Proposal %(n)s was merged into this one.", n=proposal_id))
        return see_other(proposal_url(target))

    return form_page(form, submit, _merge_page, proposal=proposal)


@blueprint.page("/<id:proposal_id>/merger/end", *ROLES, methods=["POST"])
def unmerge(proposal_id: int) -> ResponseReturnValue:
    """Undo the merger of a proposal."""
    proposal = get_or_404(get_proposal(proposal_id))
    unmerge_proposal(signed_in_person(), proposal, context=request_context())
    flash_with_receipt(_("The merger has been undone."))
    return see_other(proposal_url(proposal))


def _merge_page(*, form: MergeForm, proposal: "Proposal", **context: object) -> str:
    similar = similar_proposals(proposal.title, exclude_id=proposal.id)
    return render_template(
        "proposals/merging.html",
        proposal=proposal,
        form=form,
        similar=[other for other in similar if other.process_id == proposal.process_id],
        back=proposal_url(proposal),
        **context,
    )

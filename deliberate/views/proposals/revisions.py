"""Pages for the author to revise and to withdraw a proposal."""

from typing import TYPE_CHECKING

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.proposals.proposals import MAX_BODY, MAX_TITLE, ReviseForm, WithdrawForm
from deliberate.operations.proposals.proposals import revise_proposal, withdraw_proposal
from deliberate.operations.site.rate_limits import TEXTS
from deliberate.permissions.decision import require
from deliberate.permissions.proposals.proposals import may_revise, may_withdraw
from deliberate.queries.moderation.open_items import get_open_edit_request
from deliberate.queries.processes.name_lists import areas_of, topics_of
from deliberate.queries.proposals.proposals import get_proposal
from deliberate.queries.threads.comment_rows import list_creditable_comments
from deliberate.views.posted_message import posted_message
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

blueprint = LocalizedBlueprint("revisions", url_prefix="/proposals")


@blueprint.page("/<id:proposal_id>/revision", "signed_in", methods=BOTH, rate_limit=TEXTS)
def revise(proposal_id: int) -> ResponseReturnValue:
    """Show the author the form for a new version, or publish it."""
    person, proposal = signed_in_person(), get_or_404(get_proposal(proposal_id))
    require(may_revise(person, proposal))
    form = ReviseForm(
        submitted_data(),
        title=proposal.title,
        body=proposal.body,
        topic=proposal.topic,
        area=proposal.area,
    )
    form.offer_names(topics_of(proposal.process), areas_of(proposal.process))

    def submit() -> ResponseReturnValue:
        revise_proposal(
            person,
            proposal,
            form.title.data,
            form.body.data,
            form.note.data,
            form.credits.data or (),
            topic=form.topic.data,
            area=form.area.data,
            context=request_context(),
        )
        message = _("Version %(n)s is published.", n=proposal.version)
        flash_with_receipt(posted_message(proposal, message))
        return see_other(proposal_url(proposal))

    return form_page(form, submit, _revise_page, proposal=proposal)


def _revise_page(*, form: ReviseForm, proposal: "Proposal", **context: object) -> str:
    comments = list_creditable_comments(proposal, g.language)
    form.set_choices((row.id, f"{row.display_name}: {row.text}") for row in comments)
    return render_template(
        "proposals/revisions/revise.html",
        form=form,
        proposal=proposal,
        edit=get_open_edit_request(proposal),
        back=proposal_url(proposal),
        title_limit=MAX_TITLE,
        max_length=MAX_BODY,
        **context,
    )


@blueprint.page("/<id:proposal_id>/withdrawal", "signed_in", methods=BOTH)
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Show the author the form to withdraw a proposal, or withdraw it with a public reason."""
    person, proposal = signed_in_person(), get_or_404(get_proposal(proposal_id))
    require(may_withdraw(person, proposal))
    if proposal.coauthor_count:
        return see_other(
            url_for("coauthors.withdraw", subject_type="proposal", work_id=proposal.id)
        )
    form = WithdrawForm(submitted_data())

    def submit() -> ResponseReturnValue:
        withdraw_proposal(person, proposal, form.reason.data, context=request_context())
        flash_with_receipt(_("Your proposal is withdrawn; its thread stays readable."))
        return see_other(proposal_url(proposal))

    return form_page(
        form,
        submit,
        "proposals/revisions/withdraw.html",
        proposal=proposal,
        back=proposal_url(proposal),
    )

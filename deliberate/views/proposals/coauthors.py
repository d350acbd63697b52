"""Pages of co-authors: invitations, who writes a text, leaving it, and a requested withdrawal."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from deliberate.forms.proposals.coauthors import InviteCoAuthorForm
from deliberate.forms.proposals.proposals import WithdrawForm
from deliberate.operations.accounts.devices import hash_token
from deliberate.operations.proposals.coauthors import (
    accept_coauthorship,
    decline_coauthorship,
    invite_coauthor,
    leave_coauthorship,
    revoke_coauthor_invitation,
)
from deliberate.operations.proposals.joint_withdrawals import (
    agree_to_withdrawal,
    object_to_withdrawal,
    request_withdrawal,
)
from deliberate.operations.site.rate_limits import CLICKS, TEXTS
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.proposals.coauthors import (
    is_invitation_open,
    is_one_author,
    may_accept_coauthorship,
    may_decide_withdrawal,
    may_invite_coauthor,
    may_leave,
    may_request_withdrawal,
    may_revoke_invitation,
)
from deliberate.queries.proposals.coauthors import (
    get_invitation_to_write,
    get_invitation_to_write_by_hash,
    get_open_request,
    get_shared_texts,
    get_withdrawal_request,
    get_work,
    list_open_invitations_of,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    UNPROCESSABLE,
    flash_with_receipt,
    form_page,
    remember_form,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.views.urls import proposal_url

if TYPE_CHECKING:
    from deliberate.models import CoAuthor, Proposal, UnitContribution

    Work = Proposal | UnitContribution

blueprint = LocalizedBlueprint("coauthors", url_prefix="/co-authors")
WORK = "/<any(proposal,amendment):subject_type>/<id:work_id>"
NEVER_STORED = {"Cache-Control": "no-store"}


@blueprint.page("", "signed_in")
def index() -> str:
    """List what a person writes with others, and the invitations that wait."""
    shared = get_shared_texts(signed_in_person())
    return render_template(
        "proposals/coauthors/index.html",
        invitations=[(row, name_of(row.work)) for row in shared.invitations],
        works=[(name_of(row), url_of(row), authors_url(row)) for row in shared.works],
    )


def _work(subject_type: str, work_id: int) -> "Work":
    work = get_work(subject_type, work_id)
    if work is None:
        raise NotFound
    return work


@blueprint.page(WORK, "signed_in", methods=BOTH, rate_limit=TEXTS)
def authors(subject_type: str, work_id: int) -> ResponseReturnValue:
    """Show the authors of a text to one of them, or invite a person by name or by a link."""
    person, work = signed_in_person(), _work(subject_type, work_id)
    require(is_one_author(person, work))
    form = InviteCoAuthorForm(submitted_data())
    remember_form(form)
    if request.method == "GET" or not form.validate():
        return _authors_page(work, form), UNPROCESSABLE if form.errors else 200
    try:
        invited = invite_coauthor(person, work, form.name.data or "", context=request_context())
    except InvalidInput as invalid:
        form.name.errors = [str(invalid.reason)]
        return _authors_page(work, form), UNPROCESSABLE
    if invited.token:
        return _authors_page(work, InviteCoAuthorForm(), invited.token), NEVER_STORED
    flash_with_receipt(_("The invitation is sent."))
    return see_other(authors_url(work))


def _authors_page(work: "Work", form: InviteCoAuthorForm, token: str = "") -> str:
    person, withdrawal = signed_in_person(), get_open_request(work)
    return render_template(
        "proposals/coauthors/authors.html",
        form=form,
        work=work,
        work_name=name_of(work),
        work_url=url_of(work),
        action=authors_url(work),
        leave_url=authors_url(work, "coauthors.leave"),
        withdraw_url=authors_url(work, "coauthors.withdraw"),
        invitations=[
            (row, may_revoke_invitation(person, row)) for row in list_open_invitations_of(work)
        ],
        token=token,
        may_invite=may_invite_coauthor(person, work),
        may_leave=may_leave(person, work),
        may_withdraw=may_request_withdrawal(person, work),
        withdrawal=withdrawal,
        may_decide=may_decide_withdrawal(person, withdrawal) if withdrawal else None,
    )


@blueprint.page(f"{WORK}/leave", "signed_in", methods=BOTH, rate_limit=CLICKS)
def leave(subject_type: str, work_id: int) -> ResponseReturnValue:
    """Show what leaving a text means, or leave it."""
    person, work = signed_in_person(), _work(subject_type, work_id)
    require(may_leave(person, work))
    if request.method == "POST":
        leave_coauthorship(person, work, context=request_context())
        flash_with_receipt(_("You are no author of it any more."))
        return see_other(url_of(work))
    return render_template(
        "proposals/coauthors/leave.html",
        work_name=name_of(work),
        back=authors_url(work),
        action=authors_url(work, "coauthors.leave"),
    )


@blueprint.page(f"{WORK}/withdrawal", "signed_in", methods=BOTH, rate_limit=TEXTS)
def withdraw(subject_type: str, work_id: int) -> ResponseReturnValue:
    """Show the form to request a withdrawal that the other authors decide, or request it."""
    person, work = signed_in_person(), _work(subject_type, work_id)
    require(may_request_withdrawal(person, work))
    form = WithdrawForm(submitted_data())

    def submit() -> ResponseReturnValue:
        request_withdrawal(person, work, form.reason.data or "", context=request_context())
        flash_with_receipt(_("The other authors are asked."))
        return see_other(authors_url(work))

    return form_page(
        form,
        submit,
        "proposals/coauthors/withdraw.html",
        work_name=name_of(work),
        back=authors_url(work),
        action=authors_url(work, "coauthors.withdraw"),
    )


@blueprint.page("/withdrawals/<id:request_id>/agree", "signed_in", methods=["POST"])
def agree(request_id: int) -> ResponseReturnValue:
    """Agree to a requested withdrawal."""
    withdrawal = get_or_404(get_withdrawal_request(request_id))
    agree_to_withdrawal(signed_in_person(), withdrawal, context=request_context())
    flash_with_receipt(_("You agreed to withdraw it."))
    return see_other(authors_url(withdrawal.work))


@blueprint.page("/withdrawals/<id:request_id>/object", "signed_in", methods=["POST"], name="object")
def object_(request_id: int) -> ResponseReturnValue:
    """Object to a requested withdrawal."""
    withdrawal = get_or_404(get_withdrawal_request(request_id))
    object_to_withdrawal(signed_in_person(), withdrawal, context=request_context())
    flash_with_receipt(_("You objected. It is not withdrawn."))
    return see_other(authors_url(withdrawal.work))


@blueprint.page("/invitations/<id:invitation_id>", "signed_in")
def invited(invitation_id: int) -> str:
    """Show an invitation to the person who was invited by name."""
    invitation, person = get_or_404(get_invitation_to_write(invitation_id)), signed_in_person()
    get_or_404(invitation if invitation.person_id == person.id else None)
    return _invitation_page(invitation, accept_url=_own_url(invitation, "coauthors.accept"))


@blueprint.page("/invitations/<id:invitation_id>", "signed_in", methods=["POST"], name="accept")
def accept(invitation_id: int) -> ResponseReturnValue:
    """Accept an invitation by name."""
    return _accept(get_or_404(get_invitation_to_write(invitation_id)))


@blueprint.page("/invitations/<id:invitation_id>/decline", "signed_in", methods=["POST"])
def decline(invitation_id: int) -> ResponseReturnValue:
    """Decline an invitation by name."""
    invitation = get_or_404(get_invitation_to_write(invitation_id))
    decline_coauthorship(signed_in_person(), invitation, context=request_context())
    flash_with_receipt(_("You declined the invitation."))
    return see_other(url_for("coauthors.index"))


@blueprint.page(
    "/invitations/<id:invitation_id>/revoke", "signed_in", methods=["POST"], rate_limit=CLICKS
)
def revoke(invitation_id: int) -> ResponseReturnValue:
    """Revoke an invitation that was not accepted."""
    invitation = get_or_404(get_invitation_to_write(invitation_id))
    revoke_coauthor_invitation(signed_in_person(), invitation, context=request_context())
    flash_with_receipt(_("The invitation is revoked."))
    return see_other(authors_url(invitation.work))


@blueprint.page("/link/<token>", "public")
def link(token: str) -> str:
    """Show the invitation of a link; who is signed out signs in to accept it."""
    invitation = get_or_404(get_invitation_to_write_by_hash(hash_token(token)))
    return _invitation_page(invitation, accept_url=url_for("coauthors.accept_link", token=token))


@blueprint.page("/link/<token>", "signed_in", methods=["POST"], name="accept_link")
def accept_link(token: str) -> ResponseReturnValue:
    """Accept the invitation of a link, which ends with it."""
    return _accept(get_or_404(get_invitation_to_write_by_hash(hash_token(token))))


def _accept(invitation: "CoAuthor") -> ResponseReturnValue:
    accept_coauthorship(signed_in_person(), invitation, context=request_context())
    flash_with_receipt(_("You are one of its authors now."))
    return see_other(authors_url(invitation.work))


def _invitation_page(invitation: "CoAuthor", accept_url: str) -> str:
    person, work, is_open = current_person(), invitation.work, is_invitation_open(invitation)
    return render_template(
        "proposals/coauthors/invitation.html",
        invitation=invitation,
        work=work,
        work_name=name_of(work),
        work_url=url_of(work),
        accept_url=accept_url,
        decline_url=_own_url(invitation, "coauthors.decline") if invitation.person_id else "",
        may_accept=may_accept_coauthorship(person, invitation) if person else is_open,
    )


def _own_url(invitation: "CoAuthor", endpoint: str) -> str:
    return url_for(endpoint, invitation_id=invitation.id)


def authors_url(work: "Work", endpoint: str = "coauthors.authors") -> str:
    """Return the address of a page on the authors of a text."""
    subject_type = "proposal" if work.subject_type == "proposal" else "amendment"
    return url_for(endpoint, subject_type=subject_type, work_id=work.id)


def url_of(work: "Work") -> str:
    """Return the address of a proposal or an amendment."""
    if work.subject_type == "proposal":
        return proposal_url(work)  # type: ignore[arg-type]  # by its type
    return url_for(
        "unit_contributions.show",
        document_id=work.document_id,  # type: ignore[union-attr]  # by its type
        contribution_id=work.id,
    )


def name_of(work: "Work") -> str:
    """Return what a text is called in lists and headings."""
    if work.subject_type == "proposal":
        return work.title_for(current_person())  # type: ignore[union-attr]  # by its type
    title = work.document.title  # type: ignore[union-attr]  # by its type
    return str(_("Amendment %(n)s to “%(title)s”", n=work.id, title=title))

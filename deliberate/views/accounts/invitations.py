"""Invitations to a role: administrators make and revoke them, invited people accept them."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.invitation import AcceptInvitationForm, InvitationForm
from deliberate.notifications.channels.mail import is_mail_configured
from deliberate.operations.accounts.devices import hash_token
from deliberate.operations.accounts.invitations import accept_invitation, invite, revoke_invitation
from deliberate.operations.accounts.registration import NameTaken
from deliberate.operations.site.rate_limits import (
    INVITATIONS,
    INVITED_SIGN_UPS,
    TooManyAttempts,
    count_attempt,
)
from deliberate.permissions.accounts.invitations import may_accept_invitation
from deliberate.queries.accounts.invitations import (
    PAGE_SIZE,
    get_invitation,
    get_invitation_by_hash,
    list_open_invitations,
)
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.views.accounts.sign_in import complete_sign_in, name_taken_message
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    submitted_data,
)
from deliberate.views.site.rate_limits import retry_after, retry_message
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    int_arg,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import Role

if TYPE_CHECKING:
    from deliberate.models import Invitation

blueprint = LocalizedBlueprint("invitations")
NEVER_STORED = {"Cache-Control": "no-store"}


@blueprint.page("/desk/invitations", "admin", methods=BOTH, rate_limit=INVITATIONS)
def index() -> ResponseReturnValue:
    """List the open invitations, or invite a person and show the link once."""
    institutions = {str(row.id): row for row in list_institutions()}
    form = InvitationForm(submitted_data())
    form.set_institutions((id_, localized_name(row)) for id_, row in institutions.items())

    def submit() -> ResponseReturnValue:
        invitation, token = invite(
            signed_in_person(),
            Role(form.role.data),
            institutions.get(form.institution.data or ""),
            name=form.name.data or "",
            email=form.email.data or "",
            context=request_context(),
        )
        return _render_link(invitation, token), NEVER_STORED

    rows = list_open_invitations(int_arg("after"))
    shown = rows[:PAGE_SIZE]
    after = shown[-1].id if len(rows) > len(shown) else None
    return form_page(
        form,
        submit,
        "accounts/invitations/index.html",
        invitations=shown,
        mails=is_mail_configured(),
        next_url=url_for("invitations.index", after=after) if after else "",
    )


def _render_link(invitation: "Invitation", token: str) -> str:
    return render_template(
        "accounts/invitations/link.html",
        invitation=invitation,
        token=token,
        mails=is_mail_configured(),
    )


@blueprint.page("/desk/invitations/<id:invitation_id>/revoke", "admin", methods=["POST"])
def revoke(invitation_id: int) -> ResponseReturnValue:
    """Revoke an open invitation."""
    invitation = get_or_404(get_invitation(invitation_id))
    revoke_invitation(signed_in_person(), invitation, context=request_context())
    return redirect_with_message(
        url_for("invitations.index"), _("The invitation is revoked; its link no longer works.")
    )


@blueprint.page("/invitation/<token>", "public", methods=BOTH, tokens=False)
def accept(token: str) -> ResponseReturnValue:
    """Show an invited person the form for a new account, or create it and sign in to it."""
    invitation = get_or_404(get_invitation_by_hash(hash_token(token)))
    form = AcceptInvitationForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        try:
            count_attempt(INVITED_SIGN_UPS, token)
            person, device_token = accept_invitation(
                invitation,
                form.sign_in_name.data,
                form.display_name.data,
                form.passphrase.data,
                agent=request.user_agent.string,
                context=request_context(),
            )
        except NameTaken as taken:
            form[taken.field].errors = [name_taken_message(taken)]
            return None
        except TooManyAttempts as error:
            form.sign_in_name.errors = [retry_message(error)]
            return _render_form(form), 429, retry_after(error)
        return complete_sign_in(person, device_token)

    def _render_form(form: AcceptInvitationForm, **_context: object) -> str:
        return render_template(
            "accounts/invitations/accept.html",
            form=form,
            token=token,
            invitation=invitation,
            answer=may_accept_invitation(invitation),
            is_signed_in=current_person() is not None,
        )

    return form_page(form, submit, _render_form)

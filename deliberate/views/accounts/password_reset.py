"""Recover an account: by a one-time code, or by a link that is mailed to a confirmed address."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.account import (
    NewPassphraseForm,
    PasswordResetRequestForm,
    RecoverAccountForm,
)
from deliberate.notifications.channels.mail import is_mail_configured
from deliberate.operations.accounts import password_reset, recovery_codes
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.views.accounts.passphrase_field import credential_errors
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.rate_limits import retry_after, retry_message
from deliberate.views.site.request_context import request_context

blueprint = LocalizedBlueprint("password_reset", url_prefix="/recover")


@blueprint.page("/", "public", methods=BOTH, tokens=False)
def recover() -> ResponseReturnValue:
    """Recover the account by a one-time code, with a new passphrase."""
    form = RecoverAccountForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        with credential_errors(form.code, _("The sign-in name and the code do not match.")):
            recovery_codes.recover_account(
                form.sign_in_name.data,
                form.code.data,
                form.new_passphrase.data,
                context=request_context(),
            )
        return None if form.errors else _redirect_changed()

    return form_page(form, submit, "accounts/password_reset/recover.html")


def _redirect_changed() -> ResponseReturnValue:
    message = _("Your passphrase is changed. Sign in with it.")
    return redirect_with_message(url_for("sign_in.sign_in"), message)


@blueprint.page("/mail", "public", methods=BOTH, tokens=False)
def request_link() -> ResponseReturnValue:
    """Request a reset link; the page is the same whether or not the account exists."""
    form = PasswordResetRequestForm(submitted_data())

    def submit() -> ResponseReturnValue:
        try:
            password_reset.request_password_reset(
                form.identifier.data, network=request.remote_addr or ""
            )
        except TooManyAttempts as error:
            form.identifier.errors = [retry_message(error)]
            return _render_request(form), 429, retry_after(error)
        return _render_request(PasswordResetRequestForm(), is_noted=True)

    return form_page(form, submit, _render_request)


def _render_request(
    form: PasswordResetRequestForm, *, is_noted: bool = False, **_context: object
) -> str:
    return render_template(
        "accounts/password_reset/request_link.html",
        form=form,
        is_noted=is_noted,
        mails=is_mail_configured(),
    )


@blueprint.page("/mail/<token>", "public", methods=BOTH, tokens=False)
def choose_passphrase(token: str) -> ResponseReturnValue:
    """Choose a new passphrase with a reset link; a GET request does not use the link up."""
    form = NewPassphraseForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        try:
            password_reset.reset_passphrase(
                person, token, form.new_passphrase.data, context=request_context()
            )
        except Refused as error:
            form.new_passphrase.errors = [str(error.reason)]
            return None
        return _redirect_changed()

    try:
        person = password_reset.resolve_reset_token(token)
        return form_page(
            form, submit, "accounts/password_reset/choose_passphrase.html", token=token
        )
    except InvalidCredentials:
        flash(_("This link was used or is too old."), "warning")
        return see_other(url_for("password_reset.request_link"))

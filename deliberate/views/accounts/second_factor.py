"""The second factor: set it up by QR code or by hand, sign in with it, remove it."""

from typing import TYPE_CHECKING

import segno
from flask import flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from deliberate.forms.accounts.account import AddSecondFactorForm, CodeForm, ConfirmPassphraseForm
from deliberate.operations.accounts import second_factor
from deliberate.operations.accounts.recovery_codes import create_recovery_codes
from deliberate.operations.accounts.second_factor import InvalidCode, PendingSignInExpired
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.queries.accounts.second_factor import (
    must_set_up_second_factor,
    second_factor_added_at,
)
from deliberate.views.accounts.passphrase_field import credential_errors
from deliberate.views.accounts.sign_in import complete_sign_in, render_code_step
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, redirect_with_message, see_other
from deliberate.views.site.rate_limits import refuse_attempt
from deliberate.views.site.request_context import request_context, signed_in_person

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("second_factor")


@blueprint.page("/sign-in/code", "public", methods=BOTH, tokens=False)
def sign_in() -> ResponseReturnValue:
    """Complete a sign-in by a code; a GET request begins the sign-in again."""
    if request.method == "GET":
        return see_other(url_for("sign_in.sign_in"))
    pending_token, form = request.form.get("pending_token", ""), CodeForm(request.form)
    try:
        person = second_factor.resolve_pending_sign_in(pending_token)
        if form.validate():
            return _sign_in_by_code(pending_token, form.code.data)
    except InvalidCredentials:
        form.code.errors = [_("This code is wrong or was used. Wait for the next one.")]
    except TooManyAttempts as error:
        refuse_attempt(form.code, error)
    except PendingSignInExpired:
        flash(_("That took too long. Enter your sign-in name and passphrase again."))
        return see_other(url_for("sign_in.sign_in"))
    return render_code_step(person, form, pending_token), 422


def _sign_in_by_code(pending_token: str, code: str) -> ResponseReturnValue:
    person, token = second_factor.sign_in_by_code(
        pending_token,
        code,
        device_cookies=session.get("device_cookies", ()),
        agent=request.user_agent.string,
        replaced_token=session.get("_user_id"),
        context=request_context(),
    )
    return complete_sign_in(person, token)


@blueprint.page("/account/second-factor", "signed_in")
def show() -> str:
    """Show whether the account has a second factor, and the form to add or remove it."""
    return _render()


def _render(
    secret: str = "",
    adding: AddSecondFactorForm | None = None,
    removing: ConfirmPassphraseForm | None = None,
) -> str:
    person, secret = signed_in_person(), secret or second_factor.new_totp_secret()
    since = second_factor_added_at(person)
    return render_template(
        "accounts/second_factor/show.html",
        since=since,
        is_owed=must_set_up_second_factor(person),
        secret=secret,
        picture="" if since else _qr_code(second_factor.provisioning_uri(person, secret)),
        form=adding or removing,
        adding=adding or AddSecondFactorForm(),
        removing=removing or ConfirmPassphraseForm(),
    )


def _qr_code(uri: str) -> Markup:
    """Return a QR code as inline SVG, so that no other host sees the secret."""
    svg = segno.make(uri, error="m").svg_inline(scale=5, border=4, light="#fff")
    return Markup(svg)  # noqa: S704  # drawn by segno from paths and numbers alone


@blueprint.page("/account/second-factor", "signed_in", methods=["POST"])
def add() -> ResponseReturnValue:
    """Add the second factor if the code is right, and show recovery codes once."""
    form, person = AddSecondFactorForm(request.form), signed_in_person()
    secret = request.form.get("secret", "")
    if not second_factor.is_totp_secret(secret):
        return see_other(url_for("second_factor.show"))
    if form.validate():
        _add_second_factor(person, secret, form)
    if form.errors:
        return _render(secret, adding=form), 422
    return render_template("accounts/second_factor/added.html", codes=create_recovery_codes(person))


def _add_second_factor(person: "Person", secret: str, form: AddSecondFactorForm) -> None:
    """Add the second factor, or show at its field why that is refused."""
    try:
        with credential_errors(form.passphrase):
            second_factor.add_second_factor(
                person,
                secret,
                form.code.data,
                form.passphrase.data,
                person.get_id() or "",
                context=request_context(),
            )
    except InvalidCode:
        form.code.errors = [_("This is not the code of this secret. Is the phone's clock right?")]


@blueprint.page("/account/second-factor/remove", "signed_in", methods=["POST"])
def remove() -> ResponseReturnValue:
    """Remove the second factor of the signed-in person."""
    form, person = ConfirmPassphraseForm(request.form), signed_in_person()
    if form.validate():
        with credential_errors(form.passphrase):
            second_factor.remove_second_factor(
                person, person, form.passphrase.data, context=request_context()
            )
    if form.errors:
        return _render(removing=form), 422
    message = _("You now sign in with your passphrase alone.")
    return redirect_with_message(url_for("devices.index"), message)

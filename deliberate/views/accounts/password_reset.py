"""Coming back by a mailed link: asking for it, and choosing a new passphrase with it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.account import NewPassphraseForm, WishForm
from deliberate.notifications.fanout import is_mail_configured
from deliberate.operations.accounts import password_reset as password_reset_operations
from deliberate.operations.accounts.sign_in import InvalidCredentials, TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.rate_limits import say_when
from deliberate.views.site.request_hooks import see_other

blueprint = LocalizedBlueprint("password_reset", url_prefix="/recover")


@blueprint.page("/mail", "public")
def by_mail() -> str:
    """The form: one's sign-in name or address."""
    return _form_page(WishForm())


def _form_page(form: Any, is_noted: bool = False) -> str:
    return render_template(
        "accounts/password_reset/by_mail.html",
        form=form,
        is_noted=is_noted,
        mails=is_mail_configured(),
    )


@blueprint.page("/mail", "public", methods=["POST"], name="wish", tokens=False)
def wish() -> ResponseReturnValue:
    """Note the wish; the same words whether or not there is such an account."""
    form = WishForm(request.form)
    if not form.validate():
        return _form_page(form), 422
    try:
        password_reset_operations.request_password_reset(
            form.who.data, network=request.remote_addr or ""
        )
    except TooManyAttempts as error:
        form.who.errors = [say_when(error)]
        return _form_page(form), 429
    return _form_page(WishForm(), is_noted=True)


@blueprint.page("/mail/<token>", "public")
def by_link(token: str) -> ResponseReturnValue:
    """The link from the mail: choose a new passphrase. Looking uses nothing up."""
    try:
        password_reset_operations.person_meant(token)
    except InvalidCredentials:
        return _too_late()
    return render_template(
        "accounts/password_reset/by_link.html", token=token, form=NewPassphraseForm()
    )


def _too_late() -> ResponseReturnValue:
    flash(_("This link was used or is too old."), "warning")
    return see_other(url_for("password_reset.by_mail"))


@blueprint.page("/mail/<token>", "public", methods=["POST"], name="choose", tokens=False)
def choose(token: str) -> ResponseReturnValue:
    """The new passphrase; every device is signed out."""
    form: Any = NewPassphraseForm(request.form)
    try:
        person = password_reset_operations.person_meant(token)
        if form.validate():
            password_reset_operations.reset_passphrase(person, token, form.new_passphrase.data)
    except InvalidCredentials:
        return _too_late()
    except Refused as error:
        form.new_passphrase.errors = [error.reason]
    if form.errors:
        return render_template("accounts/password_reset/by_link.html", token=token, form=form), 422
    flash(_("Your passphrase is changed. Sign in with it."), "success")
    return see_other(url_for("account.sign_in"))

"""One's rights over the account: its devices, codes to come back with, leaving for good."""

from typing import Any

from flask import flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.account import EraseForm, ProofForm, RecoverForm
from deliberate.operations.accounts import recovery_codes as recovery_code_operations
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.sign_in import InvalidCredentials, TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import codes_left, device_here, devices_of
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.rate_limits import say_when
from deliberate.views.site.request_hooks import LEAVE_NOTHING, current_person, get_or_404, see_other
from deliberate.views.site.response_headers import local_time

blueprint = LocalizedBlueprint("sessions_and_deletion")


@blueprint.page("/account/devices", "signed_in")
def devices() -> str:
    """Where one is signed in, and the codes to come back with."""
    return _devices_page()


def _devices_page(codes: list[str] | None = None, form: Any = None) -> str:
    person = current_person()
    here = device_here(person)
    return render_template(
        "accounts/sessions_and_deletion/devices.html",
        devices=devices_of(person),
        here=here,
        codes=codes or [],
        form=form,
        proof=form or ProofForm(),
        codes_left=codes_left(person),
        factor_since=factor_since(person),
    )


@blueprint.page("/account/devices/<mark>/sign-out", "signed_in", methods=["POST"])
def end_device(mark: str) -> ResponseReturnValue:
    """Sign one of one's devices out."""
    get_or_404(recovery_code_operations.end_device(current_person(), mark) or None)
    flash(_("The device is signed out."), "success")
    return see_other(url_for("sessions_and_deletion.devices"))


@blueprint.page("/account/codes", "signed_in", methods=["POST"])
def make_codes() -> ResponseReturnValue:
    """New one-time codes, shown this once, to whoever knows the passphrase."""
    form = ProofForm(request.form)
    codes = _new_codes(form) if form.validate() else []
    if form.errors:
        return _devices_page(form=form), 422
    return _devices_page(codes), {"Cache-Control": "no-store"}


def _new_codes(form: Any) -> list[str]:
    try:
        return recovery_code_operations.renew_codes(current_person(), form.passphrase.data)
    except InvalidCredentials:
        form.passphrase.errors = [_("This is not your present passphrase.")]
    except TooManyAttempts as error:
        form.passphrase.errors = [say_when(error)]
    return []


@blueprint.page("/account/erase", "signed_in")
def erase() -> str:
    """What goes, what stays nameless, and the form."""
    return _erase_page(EraseForm())


@blueprint.page("/account/erase", "signed_in", methods=["POST"], name="erase_now")
def erase_now() -> ResponseReturnValue:
    """Erase the account at once."""
    form = EraseForm(request.form)
    if form.validate():
        _try(form, _erase)
    if form.errors:
        return _erase_page(form), 422
    session.clear()
    return render_template("accounts/sessions_and_deletion/erased.html"), LEAVE_NOTHING


def _erase(form: Any) -> None:
    erase_account(current_person(), form.passphrase.data, network=request.remote_addr or "")


def _try(form: Any, act: Any) -> None:
    """Do it, or say beside the field why not; the same words whether or not an account exists."""
    secret = form["passphrase"] if "passphrase" in form else form["code"]
    try:
        act(form)
    except InvalidCredentials:
        secret.errors = [_("These words do not belong together.")]
    except TooManyAttempts as error:
        time = local_time(error.again_at, "HH.mm")
        secret.errors = [_("Too many tries. It goes on at %(time)s.", time=time)]
    except Refused as error:
        secret.errors = [error.reason]


def _erase_page(form: EraseForm) -> str:
    return render_template("accounts/sessions_and_deletion/erase.html", form=form)


@blueprint.page("/recover", "public", methods=["GET", "POST"], tokens=False)
def recover() -> ResponseReturnValue:
    """Come back by a one-time code and choose a new passphrase."""
    form = RecoverForm(request.form)
    if request.method == "POST" and form.validate():
        _try(form, _recover)
        if not form.errors:
            flash(_("Your passphrase is changed. Sign in with it."), "success")
            return see_other(url_for("account.sign_in"))
    page = render_template("accounts/sessions_and_deletion/recover.html", form=form)
    return page, 422 if form.errors else 200


def _recover(form: Any) -> None:
    recovery_code_operations.recover_account(
        form.sign_in_name.data,
        form.code.data,
        form.new_passphrase.data,
        network=request.remote_addr or "",
    )

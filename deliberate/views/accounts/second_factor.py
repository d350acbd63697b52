"""A second factor: setting it up by a picture or by hand, signing in with it, taking it away."""

from typing import Any

import segno
from flask import flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from deliberate.forms.accounts.account import AddFactorForm, CodeForm, ProofForm
from deliberate.operations.accounts import second_factor as second_factor_operations
from deliberate.operations.accounts.recovery_codes import make_codes
from deliberate.operations.accounts.sign_in import InvalidCredentials, TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.second_factor import factor_since, owes_factor
from deliberate.views.accounts.account import ask_for_code, complete_sign_in
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.rate_limits import say_when
from deliberate.views.site.request_hooks import current_person, see_other

blueprint = LocalizedBlueprint("second_factor")


@blueprint.page("/sign-in/code", "public")
def step() -> ResponseReturnValue:
    """Somebody came back to the second step by the address: signing in begins again."""
    return see_other(url_for("account.sign_in"))


@blueprint.page("/sign-in/code", "public", methods=["POST"], tokens=False, name="sign_in")
def sign_in() -> ResponseReturnValue:
    """The second half of signing in."""
    half, form = request.form.get("half", ""), CodeForm(request.form)
    try:
        person = second_factor_operations.resolve_pending_sign_in(half)
        if form.validate():
            return _come_in(half, form)
    except second_factor_operations.CodeLate:
        flash(_("That took too long. Say your sign-in name and passphrase again."))
        return see_other(url_for("account.sign_in"))
    return ask_for_code(person, form=form, half=half), 422


def _come_in(half: str, form: Any) -> ResponseReturnValue:
    try:
        person, token = second_factor_operations.sign_in_by_code(
            half,
            form.code.data,
            marks=session.get("marks", ()),
            agent=request.user_agent.string,
            leaving=session.get("_user_id"),
        )
    except InvalidCredentials:
        form.code.errors = [_("This code is wrong or was used. Wait for the next one.")]
    except TooManyAttempts as error:
        form.code.errors = [say_when(error)]
    else:
        return complete_sign_in(person, token)
    return ask_for_code(
        second_factor_operations.resolve_pending_sign_in(half), form=form, half=half
    ), 422


@blueprint.page("/account/second-factor", "signed_in")
def show() -> str:
    """Whether one signs in with a second factor, and how to begin or end that."""
    return _page()


def _page(secret: str = "", **forms: Any) -> str:
    person, secret = current_person(), secret or second_factor_operations.new_secret()
    filled = next((form for form in forms.values() if form.errors), None)
    since = factor_since(person)
    return render_template(
        "accounts/second_factor/show.html",
        since=since,
        is_owed=owes_factor(person),
        secret=secret,
        picture="" if since else _picture(second_factor_operations.address_of(person, secret)),
        form=filled,
        **{"adding": AddFactorForm(), "removing": ProofForm(), **forms},
    )


def _picture(address: str) -> Markup:
    """The address as a square for the phone's camera, drawn into the page: no host is asked."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff")
    return Markup(drawn)  # noqa: S704  # drawn by segno from paths and numbers alone


@blueprint.page("/account/second-factor", "signed_in", methods=["POST"], name="add")
def add() -> ResponseReturnValue:
    """Begin, once the phone shows the right code; codes for paper are shown this once."""
    form, person, secret = (
        AddFactorForm(request.form),
        current_person(),
        request.form.get("secret", ""),
    )
    if not second_factor_operations.is_secret(secret):
        return see_other(url_for("second_factor.show"))
    if not form.validate():
        return _page(secret, adding=form), 422
    _try_to_add(person, secret, form)
    if form.errors:
        return _page(secret, adding=form), 422
    return render_template("accounts/second_factor/added.html", codes=make_codes(person))


def _try_to_add(person: Any, secret: str, form: Any) -> None:
    try:
        second_factor_operations.add_factor(
            person, secret, form.code.data, form.passphrase.data, device=person.get_id()
        )
    except second_factor_operations.WrongCode:
        form.code.errors = [_("This is not the code of this secret. Is the phone's clock right?")]
    except InvalidCredentials:
        form.passphrase.errors = [_("This is not your present passphrase.")]
    except TooManyAttempts as error:
        form.passphrase.errors = [say_when(error)]


@blueprint.page("/account/second-factor/remove", "signed_in", methods=["POST"])
def remove() -> ResponseReturnValue:
    """Sign in by the passphrase alone again."""
    form, person = ProofForm(request.form), current_person()
    if form.validate():
        _try_to_remove(person, form)
    if form.errors:
        return _page(removing=form), 422
    flash(_("You sign in by your passphrase alone again."), "success")
    return see_other(url_for("sessions_and_deletion.devices"))


def _try_to_remove(person: Any, form: Any) -> None:
    try:
        second_factor_operations.remove_factor(person, person, form.passphrase.data)
    except InvalidCredentials:
        form.passphrase.errors = [_("This is not your present passphrase.")]
    except TooManyAttempts as error:
        form.passphrase.errors = [say_when(error)]
    except Refused as error:
        form.passphrase.errors = [error.reason]

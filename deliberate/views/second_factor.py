"""A second factor: setting it up by a picture or by hand, signing in with it, taking it away."""

from typing import Any

import segno
from flask import flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from deliberate.forms.account import AddFactorForm, CodeForm, ProofForm
from deliberate.operations import recovering
from deliberate.operations import second_factor as factors
from deliberate.operations.signing_in import TooManyTries, WrongWords
from deliberate.permissions import Refused
from deliberate.queries.second_factor import factor_since, owes_factor
from deliberate.views.account import ask_for_code, come_in
from deliberate.views.frame import Room, asking, see_other
from deliberate.views.pacing import say_when

room = Room("second_factor")


@room.page("/sign-in/code", "public")
def step() -> ResponseReturnValue:
    """Somebody came back to the second step by the address: signing in begins again."""
    return see_other(url_for("account.sign_in"))


@room.page("/sign-in/code", "public", methods=["POST"], tokens=False, name="sign_in")
def sign_in() -> ResponseReturnValue:
    """The second half of signing in."""
    half, form = request.form.get("half", ""), CodeForm(request.form)
    try:
        person = factors.person_halfway(half)
        if form.validate():
            return _come_in(half, form)
    except factors.CodeLate:
        flash(_("That took too long. Say your sign-in name and passphrase again."))
        return see_other(url_for("account.sign_in"))
    return ask_for_code(person, form=form, half=half), 422


def _come_in(half: str, form: Any) -> ResponseReturnValue:
    try:
        person, token = factors.sign_in_by_code(
            half,
            form.code.data,
            marks=session.get("marks", ()),
            agent=request.user_agent.string,
            leaving=session.get("_user_id"),
        )
    except WrongWords:
        form.code.errors = [_("This code is wrong or was used. Wait for the next one.")]
    except TooManyTries as error:
        form.code.errors = [say_when(error)]
    else:
        return come_in(person, token)
    return ask_for_code(factors.person_halfway(half), form=form, half=half), 422


@room.page("/account/second-factor", "signed_in")
def show() -> str:
    """Whether one signs in with a second factor, and how to begin or end that."""
    return _page()


def _page(secret: str = "", **forms: Any) -> str:
    person, secret = asking(), secret or factors.new_secret()
    filled = next((form for form in forms.values() if form.errors), None)
    since = factor_since(person)
    return render_template(
        "second_factor/show.html",
        since=since,
        is_owed=owes_factor(person),
        secret=secret,
        picture="" if since else _picture(factors.address_of(person, secret)),
        form=filled,
        **{"adding": AddFactorForm(), "removing": ProofForm(), **forms},
    )


def _picture(address: str) -> Markup:
    """The address as a square for the phone's camera, drawn into the page: no host is asked."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff")
    return Markup(drawn)  # noqa: S704  # drawn by segno from paths and numbers alone


@room.page("/account/second-factor", "signed_in", methods=["POST"], name="add")
def add() -> ResponseReturnValue:
    """Begin, once the phone shows the right code; codes for paper are shown this once."""
    form, person, secret = AddFactorForm(request.form), asking(), request.form.get("secret", "")
    if not factors.is_secret(secret):
        return see_other(url_for("second_factor.show"))
    if not form.validate():
        return _page(secret, adding=form), 422
    _try_to_add(person, secret, form)
    if form.errors:
        return _page(secret, adding=form), 422
    return render_template("second_factor/added.html", codes=recovering.make_codes(person))


def _try_to_add(person: Any, secret: str, form: Any) -> None:
    try:
        factors.add_factor(
            person, secret, form.code.data, form.passphrase.data, device=person.get_id()
        )
    except factors.WrongCode:
        form.code.errors = [_("This is not the code of this secret. Is the phone's clock right?")]
    except WrongWords:
        form.passphrase.errors = [_("This is not your present passphrase.")]
    except TooManyTries as error:
        form.passphrase.errors = [say_when(error)]


@room.page("/account/second-factor/remove", "signed_in", methods=["POST"])
def remove() -> ResponseReturnValue:
    """Sign in by the passphrase alone again."""
    form, person = ProofForm(request.form), asking()
    if form.validate():
        _try_to_remove(person, form)
    if form.errors:
        return _page(removing=form), 422
    flash(_("You sign in by your passphrase alone again."), "success")
    return see_other(url_for("leaving.devices"))


def _try_to_remove(person: Any, form: Any) -> None:
    try:
        factors.remove_factor(person, person, form.passphrase.data)
    except WrongWords:
        form.passphrase.errors = [_("This is not your present passphrase.")]
    except TooManyTries as error:
        form.passphrase.errors = [say_when(error)]
    except Refused as error:
        form.passphrase.errors = [error.reason]

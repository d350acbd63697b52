"""Coming back by a mailed link: asking for it, and choosing a new passphrase with it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.account import NewPassphraseForm, WishForm
from deliberate.notifications.fanout import mails_go_out
from deliberate.operations import recovering_by_mail as recovering
from deliberate.operations.signing_in import TooManyTries, WrongWords
from deliberate.permissions import Refused
from deliberate.views.frame import Room, see_other
from deliberate.views.pacing import say_when

room = Room("recovering", under="/recover")


@room.page("/mail", "public")
def by_mail() -> str:
    """The form: one's sign-in name or address."""
    return _form_page(WishForm())


def _form_page(form: Any, is_noted: bool = False) -> str:
    return render_template(
        "recovering/by_mail.html", form=form, is_noted=is_noted, mails=mails_go_out()
    )


@room.page("/mail", "public", methods=["POST"], name="wish", tokens=False)
def wish() -> ResponseReturnValue:
    """Note the wish; the same words whether or not there is such an account."""
    form = WishForm(request.form)
    if not form.validate():
        return _form_page(form), 422
    try:
        recovering.wish_to_recover(form.who.data, network=request.remote_addr or "")
    except TooManyTries as error:
        form.who.errors = [say_when(error)]
        return _form_page(form), 429
    return _form_page(WishForm(), is_noted=True)


@room.page("/mail/<token>", "public")
def by_link(token: str) -> ResponseReturnValue:
    """The link from the mail: choose a new passphrase. Looking uses nothing up."""
    try:
        recovering.person_meant(token)
    except WrongWords:
        return _too_late()
    return render_template("recovering/by_link.html", token=token, form=NewPassphraseForm())


def _too_late() -> ResponseReturnValue:
    flash(_("This link was used or is too old."), "warning")
    return see_other(url_for("recovering.by_mail"))


@room.page("/mail/<token>", "public", methods=["POST"], name="choose", tokens=False)
def choose(token: str) -> ResponseReturnValue:
    """The new passphrase; every device is signed out."""
    form: Any = NewPassphraseForm(request.form)
    try:
        person = recovering.person_meant(token)
        if form.validate():
            recovering.reset_passphrase(person, token, form.new_passphrase.data)
    except WrongWords:
        return _too_late()
    except Refused as error:
        form.new_passphrase.errors = [error.reason]
    if form.errors:
        return render_template("recovering/by_link.html", token=token, form=form), 422
    flash(_("Your passphrase is changed. Sign in with it."), "success")
    return see_other(url_for("account.sign_in"))

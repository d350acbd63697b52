"""What an administrator takes away from an account: a lost second factor, a wrong verification."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.verification import EndForm, LossForm
from deliberate.operations.accounts.second_factor import remove_factor
from deliberate.operations.accounts.verified_residents import end_verification
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_numbered
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other
from deliberate.vocabulary import FactorLoss, VerificationEnd

blueprint = LocalizedBlueprint("account_admin", url_prefix="/desk/people/<id:number>")


@blueprint.page("/standing", "admin")
def show(number: int) -> ResponseReturnValue:
    """Whether an account has a second factor and is verified, and the forms that end it."""
    return _page(get_or_404(person_numbered(number)))


def _page(person: Any, losing: Any = None, ending: Any = None) -> str:
    return render_template(
        "accounts/account_admin.html",
        person=person,
        is_own=person.id == current_person().id,
        factor_since=factor_since(person),
        losing=losing or LossForm(),
        ending=ending or EndForm(),
        form=losing or ending,
    )


@blueprint.page("/factor/end", "admin", methods=["POST"])
def end_factor(number: int) -> ResponseReturnValue:
    """Take somebody's lost second factor away; they are told and signed out everywhere."""
    person, form = get_or_404(person_numbered(number)), LossForm(request.form)
    if person.id == current_person().id:
        raise Refused(_("Your own second factor you take away with your passphrase."))
    if not form.validate():
        return _page(person, losing=form), 422
    remove_factor(current_person(), person, loss=FactorLoss(form.loss.data))
    flash(_("The second factor is taken away; its owner is told, and signed out."), "success")
    return see_other(url_for("account_admin.show", number=number))


@blueprint.page("/verification/end", "admin", methods=["POST"])
def end_standing(number: int) -> ResponseReturnValue:
    """Take back that somebody is a verified resident."""
    person, form = get_or_404(person_numbered(number)), EndForm(request.form)
    if not form.validate():
        return _page(person, ending=form), 422
    end_verification(current_person(), person, VerificationEnd(form.end.data))
    flash(_("This account is no longer verified; its owner is told."), "success")
    return see_other(url_for("account_admin.show", number=number))

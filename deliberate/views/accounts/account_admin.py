"""Administration of an account: remove a lost second factor, end a verification."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.verification import EndVerificationForm, RemoveSecondFactorForm
from deliberate.operations.accounts import second_factor, verified_residents
from deliberate.permissions.decision import RefusalKind, Refused
from deliberate.queries.accounts.people import get_person
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.vocabulary import FactorRemovalReason, VerificationEndReason

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("account_admin", url_prefix="/desk/people/<id:person_id>")


@blueprint.page("/standing", "admin")
def show(person_id: int) -> ResponseReturnValue:
    """Show the second factor and the verification of an account, with forms to end them."""
    return _render(get_or_404(get_person(person_id)))


def _render(
    person: "Person",
    factor_form: RemoveSecondFactorForm | None = None,
    verification_form: EndVerificationForm | None = None,
) -> str:
    return render_template(
        "accounts/account_admin.html",
        person=person,
        is_own=person.id == signed_in_person().id,
        factor_since=second_factor_added_at(person),
        factor_form=factor_form or RemoveSecondFactorForm(),
        verification_form=verification_form or EndVerificationForm(),
        form=factor_form or verification_form,
    )


@blueprint.page("/factor/end", "admin", methods=["POST"])
def remove_second_factor(person_id: int) -> ResponseReturnValue:
    """Remove the second factor of another account; its owner is notified and signed out."""
    person, form = get_or_404(get_person(person_id)), RemoveSecondFactorForm(request.form)
    if person.id == signed_in_person().id:
        raise Refused(
            _("You remove your own second factor with your passphrase."), RefusalKind.PERSON
        )
    if not form.validate():
        return _render(person, factor_form=form), 422
    second_factor.remove_second_factor(
        signed_in_person(),
        person,
        reason=FactorRemovalReason(form.reason.data),
        context=request_context(),
    )
    return redirect_with_message(
        url_for("account_admin.show", person_id=person_id),
        _("The second factor is removed; the owner is notified and signed out."),
    )


@blueprint.page("/verification/end", "admin", methods=["POST"])
def end_verification(person_id: int) -> ResponseReturnValue:
    """End the verification of an account; its owner is notified."""
    person, form = get_or_404(get_person(person_id)), EndVerificationForm(request.form)
    if not form.validate():
        return _render(person, verification_form=form), 422
    verified_residents.end_verification(
        signed_in_person(),
        person,
        VerificationEndReason(form.reason.data),
        context=request_context(),
    )
    return redirect_with_message(
        url_for("account_admin.show", person_id=person_id),
        _("This account is no longer verified; the owner is notified."),
    )

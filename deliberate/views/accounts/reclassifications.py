"""The class of accounts: administrators propose and confirm it, its owner sees why."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.reclassifications import ReclassificationForm
from deliberate.operations.accounts.roles import (
    confirm_class,
    dismiss_class,
    propose_class,
)
from deliberate.permissions.accounts.reclassifications import (
    may_confirm_class,
    may_dismiss_class,
    may_propose_class,
)
from deliberate.permissions.decision import InvalidInput
from deliberate.queries.accounts.people import get_person
from deliberate.queries.accounts.reclassifications import (
    get_applied_reclassification,
    get_pending_reclassification,
    get_reclassification,
    list_confirmed_reclassifications,
    list_pending_reclassifications,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.vocabulary import AccountClass, ReclassificationReason

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("reclassifications")
PROPOSED = "/desk/classes/<id:reclassification_id>"


@blueprint.page("/desk/classes", "admin")
def index() -> ResponseReturnValue:
    """List the proposed classes that wait for another administrator, and the confirmed ones."""
    return render_template(
        "accounts/reclassifications/index.html",
        waiting=list_pending_reclassifications(),
        confirmed=list_confirmed_reclassifications(),
    )


@blueprint.page("/desk/people/<id:person_id>/class", "admin")
def show(person_id: int) -> ResponseReturnValue:
    """Show the class of an account, with the form to propose another or to confirm one."""
    return _render(get_or_404(get_person(person_id)), ReclassificationForm())


def _render(person: "Person", form: ReclassificationForm) -> str:
    admin, pending = signed_in_person(), get_pending_reclassification(person.id)
    return render_template(
        "accounts/reclassifications/show.html",
        person=person,
        form=form,
        pending=pending,
        applied=get_applied_reclassification(person.id),
        may_propose=may_propose_class(admin, person),
        may_confirm=may_confirm_class(admin, pending) if pending else None,
        may_dismiss=may_dismiss_class(admin, pending) if pending else None,
    )


@blueprint.page("/desk/people/<id:person_id>/class/propose", "admin", methods=["POST"])
def propose(person_id: int) -> ResponseReturnValue:
    """Propose a class for an account."""
    person, form = get_or_404(get_person(person_id)), ReclassificationForm(request.form)
    if form.validate():
        try:
            propose_class(
                signed_in_person(),
                person,
                AccountClass(form.account_class.data),
                ReclassificationReason(form.reason.data),
                context=request_context(),
            )
        except InvalidInput as error:
            form.account_class.errors = [str(error.reason)]
    if form.errors:
        return _render(person, form), 422
    return redirect_with_message(
        url_for("reclassifications.show", person_id=person_id),
        _("Proposed. Nothing changes until another administrator confirms it."),
    )


@blueprint.page(f"{PROPOSED}/confirm", "admin", methods=["POST"])
def confirm(reclassification_id: int) -> ResponseReturnValue:
    """Confirm a proposed class as the second administrator."""
    reclassification = get_or_404(get_reclassification(reclassification_id))
    confirm_class(signed_in_person(), reclassification, context=request_context())
    return redirect_with_message(
        url_for("reclassifications.show", person_id=reclassification.person_id),
        _("Confirmed. The scores follow when they are computed next; the owner is notified."),
    )


@blueprint.page(f"{PROPOSED}/dismiss", "admin", methods=["POST"])
def dismiss(reclassification_id: int) -> ResponseReturnValue:
    """Dismiss a proposed class."""
    reclassification = get_or_404(get_reclassification(reclassification_id))
    dismiss_class(signed_in_person(), reclassification, context=request_context())
    return redirect_with_message(
        url_for("reclassifications.show", person_id=reclassification.person_id),
        _("Dismissed. The account is as before."),
    )


@blueprint.page("/account/class", "signed_in")
def own_class() -> ResponseReturnValue:
    """Show the owner of an account its class, why, and what that changes."""
    person = signed_in_person()
    return render_template(
        "accounts/reclassifications/own_class.html",
        person=person,
        applied=get_applied_reclassification(person.id),
    )

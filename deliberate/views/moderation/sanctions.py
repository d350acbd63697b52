"""Limits on accounts: the moderators' page of one account, and the owner's page."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.moderation import SanctionAppealForm, SanctionForm, SanctionReviewForm
from deliberate.operations.moderation import sanctions as sanction_operations
from deliberate.permissions.moderation.sanctions import (
    may_appeal_sanction,
    may_lift_sanction,
    may_review_sanction,
    may_sanction,
)
from deliberate.queries.accounts.people import get_person
from deliberate.queries.moderation.sanctions import (
    get_active_sanction,
    get_sanction,
    list_sanctions,
)
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_person,
    get_or_404,
    request_context,
    signed_in_person,
)
from deliberate.vocabulary import AppealOutcome, ModerationRule

if TYPE_CHECKING:
    from deliberate.models import Person

blueprint = LocalizedBlueprint("sanctions")
MODERATORS = ("moderator", "admin")
SANCTION = "/desk/moderation/limits/<id:sanction_id>"


@blueprint.page("/desk/moderation/people/<id:person_id>", *MODERATORS, methods=BOTH)
def account(person_id: int) -> ResponseReturnValue:
    """Show the sanctions of an account, or impose one."""
    person = get_or_404(get_person(person_id))
    form = SanctionForm(submitted_data())
    if request.method == "GET":
        return _account_page(person)
    if not form.validate():
        return _account_page(person, sanction_form=form), 422
    days, rule = int(form.days.data), ModerationRule(form.rule.data)
    sanction_operations.impose_sanction(
        signed_in_person(), person, rule, days, form.note.data or "", context=request_context()
    )
    return _to_account(person, _("The account is limited. Its owner is notified."))


def _account_page(
    person: "Person",
    sanction_form: SanctionForm | None = None,
    review_form: SanctionReviewForm | None = None,
) -> str:
    moderator = current_person()
    sanction = get_active_sanction(person)
    return render_template(
        "moderation/sanctions/account.html",
        person=person,
        sanction=sanction,
        sanctions=list_sanctions(person),
        may_sanction=may_sanction(moderator, person),
        may_lift=may_lift_sanction(moderator, sanction) if sanction else None,
        may_review=may_review_sanction(moderator, sanction) if sanction else None,
        sanction_form=sanction_form or SanctionForm(),
        review_form=review_form or SanctionReviewForm(),
        form=sanction_form or review_form,
    )


@blueprint.page(f"{SANCTION}/lift", *MODERATORS, methods=["POST"])
def lift(sanction_id: int) -> ResponseReturnValue:
    """End a sanction early."""
    sanction = get_or_404(get_sanction(sanction_id))
    sanction_operations.lift_sanction(signed_in_person(), sanction, context=request_context())
    return _to_account(sanction.person, _("The limit is ended. The owner is notified."))


@blueprint.page(f"{SANCTION}/review", *MODERATORS, methods=["POST"])
def review(sanction_id: int) -> ResponseReturnValue:
    """Decide the appeal against a sanction that another moderator imposed."""
    sanction = get_or_404(get_sanction(sanction_id))
    form = SanctionReviewForm(request.form)
    if not form.validate():
        return _account_page(sanction.person, review_form=form), 422
    outcome = AppealOutcome(form.outcome.data)
    sanction_operations.review_sanction(
        signed_in_person(), sanction, outcome, form.reason.data or "", context=request_context()
    )
    return _to_account(sanction.person, _("The appeal is decided. The owner is notified."))


def _to_account(person: "Person", message: str) -> ResponseReturnValue:
    return redirect_with_message(url_for("sanctions.account", person_id=person.id), message)


@blueprint.page("/account/limit", "signed_in", methods=BOTH)
def own_sanction() -> ResponseReturnValue:
    """Show the signed-in person's sanctions, or appeal against the active one."""
    person = signed_in_person()
    sanction = get_active_sanction(person)
    form = SanctionAppealForm(submitted_data())

    def submit() -> ResponseReturnValue:
        sanction_operations.appeal_sanction(
            person, get_or_404(sanction), form.reason.data or "", context=request_context()
        )
        flash_with_receipt(_("Your appeal is filed. A different moderator decides on it."))
        return see_other(url_for("sanctions.own_sanction"))

    return form_page(
        form,
        submit,
        "moderation/sanctions/own_sanction.html",
        sanction=sanction,
        sanctions=list_sanctions(person),
        may_appeal=may_appeal_sanction(person, sanction) if sanction else None,
    )

"""Limits on accounts: the moderators' page of one account, and what its owner sees of it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.moderation import LimitAppealForm, ReviewForm, SanctionForm
from deliberate.operations.moderation import sanctions as sanction_operations
from deliberate.permissions.moderation.sanctions import (
    may_appeal_sanction,
    may_lift,
    may_review,
    may_sanction,
)
from deliberate.queries.accounts.accounts import person_numbered
from deliberate.queries.moderation.sanctions import sanction_numbered, sanction_on, sanctions_of
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import after_act, current_person, get_or_404, see_other
from deliberate.vocabulary import AppealOutcome, Rule

blueprint = LocalizedBlueprint("sanctions")
MODERATORS = ("moderator", "admin")
ACCOUNT = "/desk/moderation/people/<id:number>"
LIMIT = "/desk/moderation/limits/<id:number>"


@blueprint.page(ACCOUNT, *MODERATORS)
def account(number: int) -> ResponseReturnValue:
    """One account before a moderator: limits it has and had, and the form for one."""
    return _account_page(_person(number))


def _person(number: int) -> Any:
    return get_or_404(person_numbered(number))


def _account_page(person: Any, imposing: Any = None, reviewing: Any = None) -> str:
    sanction = sanction_on(person)
    return render_template(
        "moderation/sanctions/account.html",
        person=person,
        sanction=sanction,
        before=sanctions_of(person),
        may_sanction=may_sanction(current_person(), person),
        may_lift=may_lift(current_person(), sanction) if sanction else None,
        may_review=may_review(current_person(), sanction) if sanction else None,
        imposing=imposing or SanctionForm(),
        reviewing=reviewing or ReviewForm(),
        form=imposing or reviewing,
    )


@blueprint.page(ACCOUNT, *MODERATORS, methods=["POST"], name="impose")
def impose(number: int) -> ResponseReturnValue:
    """Limit an account for a while."""
    person, form = _person(number), SanctionForm(request.form)
    if not form.validate():
        return _account_page(person, imposing=form), 422
    days, rule = int(form.days.data), Rule(form.rule.data)
    sanction_operations.impose_sanction(current_person(), person, rule, days, form.note.data)
    return _done(person, _("The account is limited; its owner is told."))


@blueprint.page(f"{LIMIT}/lift", *MODERATORS, methods=["POST"])
def lift(number: int) -> ResponseReturnValue:
    """End a limit before its time."""
    sanction = get_or_404(sanction_numbered(number))
    sanction_operations.lift_sanction(current_person(), sanction)
    return _done(sanction.person, _("The limit is lifted; its owner is told."))


@blueprint.page(f"{LIMIT}/review", *MODERATORS, methods=["POST"])
def review(number: int) -> ResponseReturnValue:
    """Decide the appeal against a limit, as somebody else than who imposed it."""
    sanction, form = get_or_404(sanction_numbered(number)), ReviewForm(request.form)
    if not form.validate():
        return _account_page(sanction.person, reviewing=form), 422
    outcome = AppealOutcome(form.outcome.data)
    sanction_operations.review_sanction(current_person(), sanction, outcome, form.reason.data)
    return _done(sanction.person, _("The appeal is decided; its owner is told."))


def _done(person: Any, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return see_other(url_for("sanctions.account", number=person.id))


# --- one's own -----------------------------------------------------------------------------------


@blueprint.page("/account/limit", "signed_in")
def mine() -> ResponseReturnValue:
    """What limits my account, by which rule, until when; what I may do meanwhile; my appeal."""
    return _mine_page(LimitAppealForm())


def _mine_page(form: Any) -> str:
    sanction = sanction_on(current_person())
    return render_template(
        "moderation/sanctions/mine.html",
        form=form,
        sanction=sanction,
        may_appeal=may_appeal_sanction(current_person(), sanction) if sanction else None,
        before=sanctions_of(current_person()),
    )


@blueprint.page("/account/limit", "signed_in", methods=["POST"], name="appeal")
def appeal() -> ResponseReturnValue:
    """Appeal against the limit on my account."""
    form, sanction = LimitAppealForm(request.form), get_or_404(sanction_on(current_person()))
    if not form.validate():
        return _mine_page(form), 422
    sanction_operations.appeal_sanction(current_person(), sanction, form.words.data)
    after_act(_("Your appeal is filed. Somebody else than who limited you decides."))
    return see_other(url_for("sanctions.mine"))

"""Coming back at an office: the desk of two officers, and the link by which the owner stops it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.office_recovery import ProofForm
from deliberate.notifications.links import read_stop_token, stop_token
from deliberate.operations.accounts.office_recovery import (
    begin_recovery,
    confirm_recovery,
    stop_recovery,
)
from deliberate.operations.site.rate_limits import RECOVERIES
from deliberate.permissions.accounts.office_recovery import (
    may_begin_recovery,
    may_confirm_recovery,
    works_at_office,
)
from deliberate.permissions.decision import require
from deliberate.queries.accounts.accounts import person_numbered
from deliberate.queries.accounts.office_recovery import (
    account_at_desk,
    recoveries_waiting,
    recovery_numbered,
    recovery_of,
)
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import current_person, get_or_404, see_other
from deliberate.vocabulary import Proof

blueprint = LocalizedBlueprint("office_recovery")
BEGIN = "/desk/recovery/begin/<id:number>"
ONE = "/desk/recovery/<id:number>"


@blueprint.page("/desk/recovery", "staff")
def index() -> ResponseReturnValue:
    """Find the account of somebody who sits here; what waits for a colleague."""
    return _page(clean_line(request.args.get("q", ""))[:80])


def _page(words: str, person: Any = None, form: Any = None) -> str:
    officer = current_person()
    require(works_at_office(officer))
    person = person or (account_at_desk(words) if words else None)
    waiting = recoveries_waiting(officer.institution_id)
    return render_template(
        "accounts/office_recovery/index.html",
        words=words,
        person=person,
        answer=may_begin_recovery(officer, person) if person else None,
        waiting=[(one, may_confirm_recovery(officer, one)) for one in waiting],
        form=form or ProofForm(),
    )


@blueprint.page(BEGIN, "staff", methods=["POST"], rate_limit=RECOVERIES)
def begin(number: int) -> ResponseReturnValue:
    """Begin; a colleague confirms within two hours."""
    person, form = get_or_404(person_numbered(number)), ProofForm(request.form)
    if not form.validate():
        return _page(person.sign_in_name or "", person, form), 422
    begin_recovery(current_person(), person, Proof(form.proof.data))
    flash(_("Begun. Now a colleague of this office signs in and confirms."), "success")
    return see_other(url_for("office_recovery.index"))


@blueprint.page(ONE, "staff")
def show(number: int) -> ResponseReturnValue:
    """What a colleague began, before the second officer."""
    return _confirm_page(get_or_404(recovery_numbered(number)), ProofForm())


def _confirm_page(recovery: Any, form: Any) -> str:
    require(works_at_office(current_person(), recovery.institution_id))
    answer = may_confirm_recovery(current_person(), recovery)
    return render_template(
        "accounts/office_recovery/show.html", recovery=recovery, form=form, answer=answer
    )


@blueprint.page(f"{ONE}/confirm", "staff", methods=["POST"])
def confirm(number: int) -> ResponseReturnValue:
    """Confirm as the second officer; the code is shown this once, to be printed."""
    recovery, form = get_or_404(recovery_numbered(number)), ProofForm(request.form)
    if not form.validate():
        return _confirm_page(recovery, form), 422
    code = confirm_recovery(current_person(), recovery, Proof(form.proof.data))
    page = render_template("accounts/office_recovery/code.html", code=code, recovery=recovery)
    return page, {"Cache-Control": "no-store"}


@blueprint.page(f"{ONE}/stop", "staff", methods=["POST"])
def stop(number: int) -> ResponseReturnValue:
    """Stop it at the office."""
    stop_recovery(current_person(), get_or_404(recovery_numbered(number)))
    flash(_("It is stopped; the account's owner is told."), "success")
    return see_other(url_for("office_recovery.index"))


# --- the owner -----------------------------------------------------------------------------------


@blueprint.page("/account/recovery", "signed_in")
def mine() -> ResponseReturnValue:
    """The same page for somebody who is signed in and needs no link."""
    return see_other(url_for("office_recovery.object_to", token=stop_token(current_person())))


@blueprint.page("/recover/office/<token>", "public")
def object_to(token: str) -> ResponseReturnValue:
    """The link from the mail: what is going on, and the button that stops it."""
    person = get_or_404(person_numbered(get_or_404(read_stop_token(token))))
    return _objecting(token, recovery_of(person))


def _objecting(token: str, recovery: Any, is_done: bool = False) -> str:
    return render_template(
        "accounts/office_recovery/object_to.html", token=token, recovery=recovery, is_done=is_done
    )


@blueprint.page("/recover/office/<token>", "public", methods=["POST"], name="objected")
def objected(token: str) -> ResponseReturnValue:
    """It was not me: what an office began for my account ends."""
    person = get_or_404(person_numbered(get_or_404(read_stop_token(token))))
    recovery = recovery_of(person)
    if recovery is not None:
        stop_recovery(person, recovery)
    return _objecting(token, None, is_done=recovery is not None)

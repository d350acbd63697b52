"""Account recovery at an office: the desk of the two officers, and the owner's way to stop it."""

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.office_recovery import IdentityProofForm
from deliberate.notifications.links import read_recovery_stop_token, recovery_stop_token
from deliberate.operations.accounts.office_recovery import (
    begin_recovery,
    confirm_recovery,
    stop_recovery,
)
from deliberate.operations.site.rate_limits import RECOVERIES
from deliberate.permissions.accounts.office_recovery import (
    is_staff_of,
    may_begin_recovery,
    may_confirm_recovery,
)
from deliberate.permissions.decision import require
from deliberate.queries.accounts.office_recovery import (
    find_account,
    get_active_recovery,
    get_recovery,
    list_pending_recoveries,
)
from deliberate.queries.accounts.people import get_person
from deliberate.text import clean_line
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, redirect_with_message, see_other
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person
from deliberate.vocabulary import IdentityProof

if TYPE_CHECKING:
    from deliberate.models import OfficeRecovery, Person

blueprint = LocalizedBlueprint("office_recovery")
RECOVERY = "/desk/recovery/<id:recovery_id>"


@blueprint.page("/desk/recovery", "staff")
def index() -> ResponseReturnValue:
    """Show the search for an account, and the recoveries that wait for a second officer."""
    return _render_index(clean_line(request.args.get("q", ""))[:80])


def _render_index(
    search_text: str, person: "Person | None" = None, form: IdentityProofForm | None = None
) -> str:
    officer = signed_in_person()
    require(is_staff_of(officer))
    person = person or (find_account(search_text) if search_text else None)
    pending = list_pending_recoveries(officer.institution_id or 0)
    return render_template(
        "accounts/office_recovery/index.html",
        search_text=search_text,
        person=person,
        answer=may_begin_recovery(officer, person) if person else None,
        waiting=[(recovery, may_confirm_recovery(officer, recovery)) for recovery in pending],
        form=form or IdentityProofForm(),
    )


@blueprint.page(
    "/desk/recovery/begin/<id:person_id>", "staff", methods=["POST"], rate_limit=RECOVERIES
)
def begin(person_id: int) -> ResponseReturnValue:
    """Begin the recovery of an account; a second officer confirms within two hours."""
    person, form = get_or_404(get_person(person_id)), IdentityProofForm(request.form)
    if not form.validate():
        return _render_index(person.sign_in_name or "", person, form), 422
    begin_recovery(
        signed_in_person(), person, IdentityProof(form.proof.data), context=request_context()
    )
    message = _("Started. A colleague at this office now signs in and confirms.")
    return redirect_with_message(url_for("office_recovery.index"), message)


@blueprint.page(RECOVERY, "staff")
def show(recovery_id: int) -> ResponseReturnValue:
    """Show a recovery to the second officer."""
    return _render_recovery(get_or_404(get_recovery(recovery_id)), IdentityProofForm())


def _render_recovery(recovery: "OfficeRecovery", form: IdentityProofForm) -> str:
    officer = signed_in_person()
    require(is_staff_of(officer, recovery.institution_id))
    return render_template(
        "accounts/office_recovery/show.html",
        recovery=recovery,
        form=form,
        answer=may_confirm_recovery(officer, recovery),
    )


@blueprint.page(f"{RECOVERY}/confirm", "staff", methods=["POST"])
def confirm(recovery_id: int) -> ResponseReturnValue:
    """Confirm a recovery as the second officer, and show the code once."""
    recovery, form = get_or_404(get_recovery(recovery_id)), IdentityProofForm(request.form)
    if not form.validate():
        return _render_recovery(recovery, form), 422
    code = confirm_recovery(
        signed_in_person(), recovery, IdentityProof(form.proof.data), context=request_context()
    )
    page = render_template("accounts/office_recovery/code.html", code=code, recovery=recovery)
    return page, {"Cache-Control": "no-store"}


@blueprint.page(f"{RECOVERY}/stop", "staff", methods=["POST"])
def stop(recovery_id: int) -> ResponseReturnValue:
    """Stop a recovery at the office."""
    stop_recovery(
        signed_in_person(), get_or_404(get_recovery(recovery_id)), context=request_context()
    )
    message = _("It is stopped; the account's owner is notified.")
    return redirect_with_message(url_for("office_recovery.index"), message)


@blueprint.page("/account/recovery", "signed_in")
def own_recovery() -> ResponseReturnValue:
    """Redirect the signed-in owner to the page of the mailed link."""
    token = recovery_stop_token(signed_in_person())
    return see_other(url_for("office_recovery.stop_as_owner", token=token))


@blueprint.page("/recover/office/<token>", "public", methods=BOTH)
def stop_as_owner(token: str) -> ResponseReturnValue:
    """Show the owner the recovery that a mailed link is about, or stop it."""
    person = get_or_404(get_person(get_or_404(read_recovery_stop_token(token))))
    recovery = get_active_recovery(person)
    is_stopped = request.method == "POST" and recovery is not None
    if request.method == "POST" and recovery is not None:
        stop_recovery(person, recovery, context=request_context())
    return render_template(
        "accounts/office_recovery/stop_as_owner.html",
        token=token,
        recovery=None if is_stopped else recovery,
        is_done=is_stopped,
    )

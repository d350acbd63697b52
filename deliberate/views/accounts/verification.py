"""Verified residents: the page where somebody enters a code, the desk where lists are made."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.forms.accounts.verification import CodesForm, ListForm, VerifyForm
from deliberate.operations.accounts import verified_residents as verified_resident_operations
from deliberate.operations.accounts.resident_csv import NoList, read_residents
from deliberate.operations.accounts.sign_in import TooManyAttempts
from deliberate.operations.accounts.verification_codes import verify_by_code
from deliberate.permissions.accounts.verification import may_be_verified
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.verified_residents import PAGE, resident_lists
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.rate_limits import retry_after, say_when
from deliberate.views.site.request_hooks import after_act, current_person, int_arg, see_other

blueprint = LocalizedBlueprint("verification")
BOTH = ("GET", "POST")


@blueprint.page("/verify", "signed_in", methods=BOTH)
def verify() -> ResponseReturnValue:
    """Whether I am a verified resident, and the code by which I become one."""
    form: Any = VerifyForm(request.form if request.method == "POST" else None)
    more: dict[str, str] = {}
    if request.method == "POST" and form.validate():
        try:
            verify_by_code(current_person(), form.code.data)
        except TooManyAttempts as error:
            form.code.errors, more = [say_when(error)], retry_after(error)
        except Refused as error:
            form.code.errors = [error.reason]
        else:
            after_act(_("You are a verified resident now."))
            return see_other(url_for("verification.verify"))
    page = render_template(
        "accounts/verification/verify.html",
        form=form,
        person=current_person(),
        answer=may_be_verified(current_person()),
    )
    return page, 429 if more else 422 if form.errors else 200, more


# --- the administrators' desk --------------------------------------------------------------------


@blueprint.page("/desk/residents", "admin")
def index() -> ResponseReturnValue:
    """Codes to hand out, a list to put in, and what became of those before."""
    return _page()


def _page(making: Any = None, listing: Any = None, table: Any = None) -> str:
    found = resident_lists(int_arg("before"))
    shown = found[:PAGE]
    before = shown[-1][0].id if len(found) > len(shown) else None
    return render_template(
        "accounts/verification/index.html",
        making=making or CodesForm(),
        listing=listing or ListForm(),
        table=table,
        form=making or listing,
        shown=shown,
        next_url=url_for("verification.index", before=before) if before else "",
    )


@blueprint.page("/desk/residents/codes", "admin", methods=["POST"])
def make_codes() -> ResponseReturnValue:
    """New one-time codes, shown this once, to be printed and cut apart."""
    form: Any = CodesForm(request.form)
    if form.validate():
        try:
            codes = verified_resident_operations.make_resident_codes(
                current_person(), form.number.data, form.area.data
            )
        except Refused as error:
            form.area.errors = [error.reason]
    if form.errors:
        return _page(making=form), 422
    page = render_template("accounts/verification/codes.html", codes=codes, area=form.area.data)
    return page, {"Cache-Control": "no-store"}


@blueprint.page("/desk/residents/list", "admin", methods=["POST"])
def put_in() -> ResponseReturnValue:
    """Put in a list; while a line of it is wrong nothing is kept."""
    form: Any = ListForm(request.form)
    file = request.files.get("file")
    if file is not None and file.filename:
        form.table.data = str(file.read(), "utf-8-sig", "replace")
    if not form.validate():
        return _page(listing=form), 422
    try:
        table = read_residents(form.table.data)
        if table.problems:
            form.table.errors = [_("Some lines are wrong; nothing was kept.")]
            return _page(listing=form, table=table), 422
        verified = verified_resident_operations.list_residents(current_person(), table.areas)
    except NoList as error:
        form.table.errors = [str(error)]
        return _page(listing=form), 422
    _tell(len(table.areas), verified, table.unread)
    return see_other(url_for("verification.index"))


def _tell(size: int, verified: int, unread: list[str]) -> None:
    listed = ngettext(
        "%(n)s address is on the list.", "%(n)s addresses are on the list.", size, n=size
    )
    at_once = ngettext(
        "%(n)s account was verified at once.",
        "%(n)s accounts were verified at once.",
        verified,
        n=verified,
    )
    flash(f"{listed} {at_once}", "success")
    if unread:
        names = ", ".join(unread[:10])
        flash(_("Not read and not kept, these columns: %(names)s", names=names), "warning")

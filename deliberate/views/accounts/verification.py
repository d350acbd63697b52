"""Verification of residents: the page to enter a code, and codes and lists for administrators."""

from typing import TYPE_CHECKING

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberate.forms.accounts.verification import (
    ResidentCodesForm,
    ResidentListForm,
    VerificationCodeForm,
)
from deliberate.operations.accounts.resident_csv import InvalidResidentList, parse_resident_list
from deliberate.operations.accounts.verified_residents import (
    add_resident_list,
    create_resident_codes,
    verify_by_code,
)
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.accounts.verification import may_be_verified
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.verified_residents import PAGE_SIZE, list_resident_lists
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.delivery.uploads import UnreadableUpload, uploaded_table
from deliberate.views.site.form_pages import (
    BOTH,
    flash_with_receipt,
    form_page,
    see_other,
    submitted_data,
)
from deliberate.views.site.rate_limits import count_upload, retry_after, retry_message
from deliberate.views.site.request_context import int_arg, request_context, signed_in_person

if TYPE_CHECKING:
    from deliberate.operations.accounts.resident_csv import ResidentTable

blueprint = LocalizedBlueprint("verification")


@blueprint.page("/verify", "signed_in", methods=BOTH)
def verify() -> ResponseReturnValue:
    """Show whether the person is a verified resident, or verify with a code."""
    form = VerificationCodeForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        try:
            verify_by_code(signed_in_person(), form.code.data, context=request_context())
        except TooManyAttempts as error:
            form.code.errors = [retry_message(error)]
            return _render_verify(form), 429, retry_after(error)
        except Refused as error:
            form.code.errors = [str(error.reason)]
            return None
        flash_with_receipt(_("You are a verified resident now."))
        return see_other(url_for("verification.verify"))

    return form_page(form, submit, _render_verify)


def _render_verify(form: VerificationCodeForm, **_context: object) -> str:
    person = signed_in_person()
    return render_template(
        "accounts/verification/verify.html",
        form=form,
        person=person,
        answer=may_be_verified(person),
    )


@blueprint.page("/desk/residents", "admin")
def index() -> ResponseReturnValue:
    """Show forms for codes and lists, and those made before."""
    return _render_index()


def _render_index(
    codes_form: ResidentCodesForm | None = None,
    list_form: ResidentListForm | None = None,
    table: "ResidentTable | None" = None,
) -> str:
    rows = list_resident_lists(int_arg("before"))
    lists = rows[:PAGE_SIZE]
    before = lists[-1][0].id if len(rows) > len(lists) else None
    return render_template(
        "accounts/verification/index.html",
        codes_form=codes_form or ResidentCodesForm(),
        list_form=list_form or ResidentListForm(),
        table=table,
        form=codes_form or list_form,
        lists=lists,
        next_url=url_for("verification.index", before=before) if before else "",
    )


@blueprint.page("/desk/residents/codes", "admin", methods=["POST"])
def create_codes() -> ResponseReturnValue:
    """Create one-time codes and show them once, to be printed and cut apart."""
    form = ResidentCodesForm(request.form)
    codes: list[str] = []
    if form.validate():
        try:
            codes = create_resident_codes(
                signed_in_person(), form.count.data or 0, form.area.data, context=request_context()
            )
        except Refused as error:
            form.area.errors = [str(error.reason)]
    if form.errors:
        return _render_index(codes_form=form), 422
    page = render_template("accounts/verification/codes.html", codes=codes, area=form.area.data)
    return page, {"Cache-Control": "no-store"}


@blueprint.page("/desk/residents/list", "admin", methods=["POST"], files=True)
def add_list() -> ResponseReturnValue:
    """Add a list of addresses; if a line is wrong, nothing is stored."""
    form = ResidentListForm(request.form)
    file = request.files.get("file")
    if file is not None and file.filename:
        count_upload()
        try:
            form.table.data = uploaded_table(file)
        except UnreadableUpload as error:
            form.file.errors = [str(error)]
            return _render_index(list_form=form), 422
    if not form.validate():
        return _render_index(list_form=form), 422
    try:
        table = parse_resident_list(form.table.data)
        if table.problems:
            form.table.errors = [_("Some lines are wrong; nothing was stored.")]
            return _render_index(list_form=form, table=table), 422
        verified = add_resident_list(signed_in_person(), table.areas, context=request_context())
    except InvalidResidentList as error:
        form.table.errors = [str(error)]
        return _render_index(list_form=form), 422
    _flash_result(len(table.areas), verified, table.ignored_columns)
    return see_other(url_for("verification.index"))


def _flash_result(size: int, verified: int, ignored_columns: list[str]) -> None:
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
    if ignored_columns:
        names = ", ".join(ignored_columns[:10])
        flash(_("These columns were not read or stored: %(names)s", names=names), "warning")

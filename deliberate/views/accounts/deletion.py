"""Deletion of the account."""

from flask import render_template, session
from flask.typing import ResponseReturnValue

from deliberate.forms.accounts.account import EraseAccountForm
from deliberate.operations.accounts.deletion import erase_account
from deliberate.views.accounts.passphrase_field import credential_errors
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import BOTH, form_page, submitted_data
from deliberate.views.site.request_context import request_context, signed_in_person
from deliberate.views.site.response_headers import CLEAR_SITE_DATA

blueprint = LocalizedBlueprint("deletion")


@blueprint.page("/account/erase", "signed_in", methods=BOTH)
def erase() -> ResponseReturnValue:
    """Show what is erased and what stays, or erase the account at once."""
    form = EraseAccountForm(submitted_data())

    def submit() -> ResponseReturnValue | None:
        with credential_errors(form.passphrase):
            erase_account(signed_in_person(), form.passphrase.data, context=request_context())
        if form.errors:
            return None
        session.clear()
        # The account of this request is gone: the page must not offer its pages.
        return render_template("accounts/deletion/erased.html", current_user=None), CLEAR_SITE_DATA

    return form_page(form, submit, "accounts/deletion/erase.html")

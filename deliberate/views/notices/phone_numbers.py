"""The telephone number of an account, to which short texts are sent."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.notices import PhoneCodeForm, PhoneForm
from deliberate.operations.notices import phone_numbers as operations
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.queries.notices.phone_numbers import get_phone_number, pending_phone_number
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import (
    BOTH,
    form_page,
    redirect_with_message,
    see_other,
    submitted_data,
)
from deliberate.views.site.request_context import (
    current_settings,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("phone_numbers", url_prefix="/account/messages/phone")


@blueprint.page("", "signed_in", methods=BOTH, rate_limit=CLICKS)
def show() -> ResponseReturnValue:
    """Show the number of the person, or have a code sent to another one."""
    _require_gateway()
    person, form = signed_in_person(), PhoneForm(submitted_data())

    def submit() -> ResponseReturnValue:
        operations.request_phone_code(person, form.number.data or "")
        return redirect_with_message(
            url_for("phone_numbers.confirm"), _("A code is sent to your number.")
        )

    return form_page(
        form,
        submit,
        "notices/phone_number.html",
        show_refusal=True,
        phone=get_phone_number(person),
        pending=pending_phone_number(person),
    )


@blueprint.page("/confirm", "signed_in", methods=BOTH, rate_limit=CLICKS)
def confirm() -> ResponseReturnValue:
    """Show the form for the code, or confirm the number by it."""
    _require_gateway()
    person, form = signed_in_person(), PhoneCodeForm(submitted_data())
    pending = pending_phone_number(person)
    if pending is None:
        return see_other(url_for("phone_numbers.show"))

    def submit() -> ResponseReturnValue:
        operations.confirm_phone_number(person, form.code.data or "", context=request_context())
        return redirect_with_message(
            url_for("messages.choices"), _("Your number is confirmed. Choose what is sent to it.")
        )

    return form_page(form, submit, "notices/phone_code.html", show_refusal=True, pending=pending)


@blueprint.page("/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def remove() -> ResponseReturnValue:
    """Remove the number: no text is sent any more."""
    operations.remove_phone_number(signed_in_person(), context=request_context())
    return redirect_with_message(
        url_for("messages.choices"), _("Your number is removed. No text is sent any more.")
    )


def _require_gateway() -> None:
    if not current_settings().gateway_url:
        abort(404)

"""Devices signed in to an account, and its recovery codes."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.forms.accounts.account import ConfirmPassphraseForm
from deliberate.operations.accounts.devices import end_device
from deliberate.operations.accounts.recovery_codes import renew_recovery_codes
from deliberate.queries.accounts.device_names import device_name
from deliberate.queries.accounts.devices import current_device_id, list_devices
from deliberate.queries.accounts.recovery_codes import count_recovery_codes
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.queries.notices.push_subscriptions import list_push_subscriptions
from deliberate.views.accounts.passphrase_field import credential_errors
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message
from deliberate.views.site.request_context import get_or_404, request_context, signed_in_person

blueprint = LocalizedBlueprint("devices")


@blueprint.page("/account/devices", "signed_in")
def index() -> str:
    """Show the devices and the number of recovery codes."""
    return _render_devices()


def _render_devices(
    codes: list[str] | None = None, form: ConfirmPassphraseForm | None = None
) -> str:
    person = signed_in_person()
    return render_template(
        "accounts/devices.html",
        devices=list_devices(person),
        device_name=device_name,
        current_id=current_device_id(person),
        noticed_ids={row.device_id for row in list_push_subscriptions(person.id)},
        codes=codes or [],
        form=form,
        proof=form or ConfirmPassphraseForm(),
        codes_left=count_recovery_codes(person),
        factor_since=second_factor_added_at(person),
    )


@blueprint.page("/account/devices/<device_id>/sign-out", "signed_in", methods=["POST"])
def end(device_id: str) -> ResponseReturnValue:
    """Sign one of the person's devices out."""
    get_or_404(end_device(signed_in_person(), device_id, context=request_context()) or None)
    return redirect_with_message(url_for("devices.index"), _("The device is signed out."))


@blueprint.page("/account/codes", "signed_in", methods=["POST"])
def create_codes() -> ResponseReturnValue:
    """Create recovery codes with the passphrase as proof, and show them once."""
    form, codes = ConfirmPassphraseForm(request.form), []
    if form.validate():
        with credential_errors(form.passphrase):
            codes = renew_recovery_codes(signed_in_person(), form.passphrase.data)
    if form.errors:
        return _render_devices(form=form), 422
    return _render_devices(codes), {"Cache-Control": "no-store"}

"""Devices of an account on which notices are switched on and off."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.operations.notices import push_subscriptions as operations
from deliberate.operations.site.rate_limits import CLICKS
from deliberate.permissions.decision import InvalidInput
from deliberate.queries.accounts.devices import current_device_id
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.form_pages import redirect_with_message, see_other
from deliberate.views.site.request_context import (
    current_settings,
    request_context,
    signed_in_person,
)

blueprint = LocalizedBlueprint("push_subscriptions", url_prefix="/account/messages/devices")


@blueprint.page("", "signed_in", methods=["POST"], rate_limit=CLICKS)
def add() -> ResponseReturnValue:
    """Switch notices on for the browser that sends the form, which a script has filled in."""
    if not current_settings().push_key:
        abort(404)
    given = [request.form.get(name, "") for name in ("endpoint", "public_key", "secret")]
    person = signed_in_person()
    try:
        operations.add_push_subscription(
            person, *given, device_id=current_device_id(person), context=request_context()
        )
    except InvalidInput as error:
        flash(str(error.reason), "error")
        return see_other(url_for("messages.choices"))
    return redirect_with_message(
        url_for("messages.choices"), _("Notices are on for this device. Choose which ones.")
    )


@blueprint.page("/<id:subscription_id>/end", "signed_in", methods=["POST"], rate_limit=CLICKS)
def remove(subscription_id: int) -> ResponseReturnValue:
    """Switch notices off for a device."""
    operations.remove_push_subscription(
        signed_in_person(), subscription_id, context=request_context()
    )
    return redirect_with_message(url_for("messages.choices"), _("Notices are off for the device."))

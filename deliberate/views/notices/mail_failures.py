"""The address to which a mail provider reports mails that could not be delivered."""

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from deliberate.notifications.signatures import SIGNATURE_HEADER, TIME_HEADER, is_genuine
from deliberate.operations.notices.incoming_mail import accept_failure_report
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

blueprint = LocalizedBlueprint("mail_failures", localized=False)
MAX_REPORT_BYTES = 10_000


@blueprint.page("/mail/failures", "public", methods=["POST"], tokens=False)
def report() -> ResponseReturnValue:
    """Take in the signed report of one failed mail; 404 where no secret is configured."""
    secret = current_settings().mail_webhook_secret
    if not secret:
        abort(404)
    if (request.content_length or 0) > MAX_REPORT_BYTES:
        abort(413)
    time, signature = request.headers.get(TIME_HEADER, ""), request.headers.get(SIGNATURE_HEADER)
    if not is_genuine(secret, time, signature or "", request.get_data()):
        abort(403)
    content = request.get_json(force=True, silent=True)
    fields = content if isinstance(content, dict) else {}
    values = [fields.get(name) for name in ("message_id", "recipient", "status")]
    message_id, recipient, status = (value if isinstance(value, str) else "" for value in values)
    if not (message_id and recipient and status):
        abort(400)
    return jsonify(result=accept_failure_report(message_id, recipient, status))

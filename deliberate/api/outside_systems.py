"""The address to which outside systems send the statuses of cases."""

from flask import Response, request
from flask_babel import gettext as _

from deliberate.api.blueprint import ApiBlueprint
from deliberate.api.writing import (
    InvalidField,
    MessageRoute,
    NotAuthenticated,
    add_message_route,
    recorded_answer,
)
from deliberate.notifications.outside_systems.adapter import InvalidReport
from deliberate.notifications.outside_systems.sending import ADAPTERS
from deliberate.notifications.signed_messages import is_signed
from deliberate.operations.responses.outside_systems import (
    MAX_NOTE,
    MAX_NUMBER,
    receive_status,
    secrets_of,
)
from deliberate.queries.responses.outside_systems import get_outside_system
from deliberate.queries.responses.response_owner import get_referral
from deliberate.text import MAX_INTEGER
from deliberate.views.site.request_context import get_or_404
from deliberate.vocabulary import OutsideState

ROUTE = MessageRoute(
    rule="/outside-systems/<id:system_id>/statuses",
    name="send_status",
    about="Send the status of a case, as an outside system",
    tag="outside systems",
    properties={
        "case": {"type": "integer", "minimum": 1, "maximum": MAX_INTEGER},
        "status": {"type": "string", "enum": [state.value for state in OutsideState]},
        "number": {"type": "string", "maxLength": MAX_NUMBER},
        "note": {"type": "string", "maxLength": MAX_NOTE, "description": "public"},
        "at": {"type": "string", "format": "date-time"},
    },
    required=("case", "status"),
    example={
        "case": 12,
        "status": "in_progress",
        "number": "LPR-2026-0417",
        "note": "Diteruskan ke Dinas Perhubungan.",
        "at": "2026-03-02T10:30:00+08:00",
    },
    security="signature",
    headers={
        "webhook-id": "id of the message; the same each time it is sent",
        "webhook-timestamp": "seconds since 1970, at most five minutes from now",
        "webhook-signature": "v1,<base64 of HMAC-SHA256>, as Standard Webhooks describes",
    },
)


def _receive(system_id: int) -> Response:
    """Record a status that an outside system sends."""
    system, content = get_outside_system(system_id), request.get_data()
    if system is None or not is_signed(request.headers, content, secrets_of(system)):
        raise NotAuthenticated(_("The signature is not valid."))
    try:
        report = ADAPTERS[system.adapter].read_report(content)
    except InvalidReport as error:
        raise InvalidField(error.field, error.reason) from error
    referral = get_or_404(get_referral(report.case))
    status = receive_status(system, referral, request.headers["webhook-id"], report.status)
    return recorded_answer(is_new=status is not None)


def add_outside_systems(blueprint: ApiBlueprint) -> None:
    """Add the address to the API."""
    add_message_route(blueprint, ROUTE, _receive)

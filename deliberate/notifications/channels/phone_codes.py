"""Codes by which people confirm their telephone numbers, sent by the gateway."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, transient
from deliberate.models import Person, PhoneConfirmation
from deliberate.notifications.channels.adapter import (
    ConnectionLost,
    PermanentFailure,
    TemporaryFailure,
)
from deliberate.notifications.channels.gateway import Gateway, TextMessage
from deliberate.operations.notices.phone_numbers import code_of
from deliberate.queries.notices.phone_numbers import list_codes_to_send

BATCH_SIZE = 100


def send_phone_codes() -> int:
    """Send the codes that were asked for and return their number; failed ones are tried again."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.gateway_url:
        return 0
    db.session.rollback()
    gateway, sent = Gateway(settings.gateway_url, settings.gateway_secret), 0
    for request in list_codes_to_send(BATCH_SIZE):
        person, is_unreachable = db.session.get(Person, request.person_id), False
        if person is None or person.is_erased:
            continue
        try:
            gateway.send(_code_message(request, person.language, settings))
        except ConnectionLost:
            break
        except TemporaryFailure:
            continue
        except PermanentFailure:
            is_unreachable = True
        _note_outcome(request, is_unreachable=is_unreachable)
        sent += not is_unreachable
    return sent


def _code_message(request: PhoneConfirmation, language: str, settings: Settings) -> TextMessage:
    with force_locale(language):
        text = _(
            "%(site)s: your code is %(code)s. Give it to nobody.",
            site=settings.brand_name,
            code=code_of(request),
        )
    return TextMessage(f"code.{request.seed}", request.number, text, language)


def _note_outcome(request: PhoneConfirmation, *, is_unreachable: bool) -> None:
    with transient() as store:
        row = store.get(PhoneConfirmation, request.person_id)
        if row is not None and row.seed == request.seed:
            row.sent_at, row.is_unreachable = now(), is_unreachable

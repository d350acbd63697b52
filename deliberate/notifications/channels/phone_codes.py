"""Codes by which people confirm their telephone numbers, sent by the gateway."""

from time import monotonic

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
MAX_SEND_SECONDS = 20.0
"""How long one run sends codes; a slow gateway must not hold up the other jobs."""


def send_phone_codes() -> int:
    """Send the codes that were asked for and return their number; failed ones are tried again."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.gateway_url:
        return 0
    gateway, sent = Gateway(settings.gateway_url, settings.gateway_secret), 0
    deadline = monotonic() + MAX_SEND_SECONDS
    for request in list_codes_to_send(BATCH_SIZE):
        if monotonic() >= deadline:
            break
        language, is_unreachable = _language_of(request.person_id), False
        if language is None:
            continue
        try:
            gateway.send(_code_message(request, language, settings))
        except ConnectionLost:
            break
        except TemporaryFailure:
            continue
        except PermanentFailure:
            is_unreachable = True
        _note_outcome(request, is_unreachable=is_unreachable)
        sent += not is_unreachable
    return sent


def _language_of(person_id: int) -> str | None:
    """Return the language of a person, None of one who is erased.

    No transaction stays open while the gateway is asked.
    """
    db.session.rollback()
    person = db.session.get(Person, person_id)
    language = None if person is None or person.is_erased else person.language
    db.session.rollback()
    return language


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

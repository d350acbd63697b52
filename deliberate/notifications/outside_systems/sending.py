"""Sending referred cases to outside systems: each with one id, until it is taken or given up."""

import logging
from time import monotonic

from flask import current_app

from deliberate.config import Settings
from deliberate.database import UNAVAILABLE_ERRORS, db
from deliberate.notifications.channels.adapter import MAX_SEND_SECONDS
from deliberate.notifications.outside_systems.adapter import OutsideAdapter
from deliberate.notifications.outside_systems.http_json import HttpJson
from deliberate.notifications.signed_messages import send_message
from deliberate.operations.responses.outside_systems import (
    receive_status,
    record_sending,
    secrets_of,
)
from deliberate.queries.responses.outside_systems import get_sent_case, list_due_cases

ADAPTERS: dict[str, OutsideAdapter] = {HttpJson.code: HttpJson()}
"""The adapter of each code that an outside system may have."""

_log = logging.getLogger(__name__)


def send_outside_cases() -> int:
    """Send the cases that are due, and return the number that were taken.

    One that is not taken is tried again later, and holds back no other.
    """
    end, taken = monotonic() + MAX_SEND_SECONDS, 0
    db.session.rollback()
    for case_id in list_due_cases():
        if monotonic() >= end:
            break
        try:
            taken += _send(case_id)
        except UNAVAILABLE_ERRORS:
            raise
        except Exception:
            db.session.rollback()
            _log.exception("case %s cannot be sent", case_id)
            record_sending(case_id, None, "failed_here")
    return taken


def _send(case_id: int) -> bool:
    """Send one case; a status in the answer is its first step. Return whether it was taken."""
    settings: Settings = current_app.config["SETTINGS"]
    case = get_sent_case(case_id)
    if case is None:
        return False
    adapter = ADAPTERS[case.system.adapter]
    body = adapter.write_case(case, settings.base_url.rstrip("/"))
    url, secrets = case.system.url, secrets_of(case.system)
    db.session.rollback()  # no transaction stays open while the system is asked
    answer = send_message(url, message_id_of(case_id), body, secrets)
    report = None if answer.error else adapter.read_answer(answer.content)
    if report is not None:
        case = get_sent_case(case_id)
        if case is not None:
            receive_status(case.system, case.referral, message_id_of(case_id), report)
    record_sending(case_id, answer.status, answer.error)
    return not answer.error


def message_id_of(case_id: int) -> str:
    """Return the id of the message that sends a case."""
    return f"case_{case_id}"

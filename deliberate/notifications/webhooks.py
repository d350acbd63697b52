"""Sending public acts to webhooks: one at a time, in the order of the log, at least once.

The acts are those of the change feed, up to the published head. Each is a signed message.
"""

import json
import logging
from dataclasses import asdict
from time import monotonic

from deliberate.database import UNAVAILABLE_ERRORS, db
from deliberate.models import Webhook
from deliberate.notifications.channels.adapter import MAX_SEND_SECONDS
from deliberate.notifications.signed_messages import send_message
from deliberate.operations.notices.webhooks import (
    record_try,
    record_wanted_try,
    secrets_of,
    skip_to,
)
from deliberate.queries.log.public_acts import PublicAct
from deliberate.queries.notices.webhooks import (
    get_public_act,
    get_webhook,
    list_due_webhooks,
    list_wanted_tries,
    next_act,
    published_size,
)

_log = logging.getLogger(__name__)


def send_webhooks() -> int:
    """Send what is due to every webhook, and return the number of acts that were received.

    One that does not answer, or that fails here, is tried again later and holds back no other. One
    that answers slowly has its share of the time; what did not get any is the first of the next.
    """
    end, received = monotonic() + MAX_SEND_SECONDS, 0
    db.session.rollback()
    due = list_due_webhooks()
    for number, webhook_id in enumerate(due):
        share = (end - monotonic()) / (len(due) - number)
        try:
            received += _send_all(webhook_id, monotonic() + share)
        except UNAVAILABLE_ERRORS:
            raise
        except Exception:
            db.session.rollback()
            _log.exception("webhook %s cannot be served", webhook_id)
    return received


def _send_all(webhook_id: int, end: float) -> int:
    """Send acts to a webhook until one is not received, none is left or the time is over."""
    _send_wanted(webhook_id, end)
    received = 0
    while monotonic() < end:
        db.session.rollback()
        webhook, size = get_webhook(webhook_id), published_size()
        if webhook is None or webhook.paused_at is not None:
            break
        act = next_act(webhook, size)
        if act is None:
            if webhook.next_position < size:
                skip_to(webhook_id, size)
            break
        status, error = _send(webhook, act)
        if not record_try(webhook_id, act.position, status, error):
            break
        received += 1
    return received


def _send_wanted(webhook_id: int, end: float) -> None:
    """Send what an administrator asked for once more; it is tried once."""
    webhook = get_webhook(webhook_id)
    for wanted in list_wanted_tries(webhook) if webhook else ():
        act = get_public_act(wanted.position)
        if webhook is None or act is None or monotonic() > end:
            break
        record_wanted_try(wanted.id, *_send(webhook, act))


def _send(webhook: Webhook, act: PublicAct) -> tuple[int | None, str]:
    """Send one act; return the status of the answer and a code of what went wrong, if anything."""
    secrets = secrets_of(webhook)
    answer = send_message(webhook.url, f"act_{act.position}", message_body(act), secrets)
    return answer.status, answer.error


def message_body(act: PublicAct) -> bytes:
    """Return the body of a message: kind, hour, and the act as in the change feed."""
    content = {"type": act.public["kind"], "timestamp": act.public["hour"], "data": asdict(act)}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

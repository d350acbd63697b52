"""Web push as a channel (RFC 8030): encrypted messages by the push services of browsers.

A message has no text, only the path to open; the service worker shows the same sentence for all.
The extra `push` encrypts (RFC 8291) and signs (VAPID, RFC 8292); the exchange is our own.
"""

import json
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from time import monotonic
from typing import ClassVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.models import Delivery, Person, PushSubscription
from deliberate.notifications.channels.adapter import (
    MAX_SEND_SECONDS,
    NoAddress,
    PermanentFailure,
    TemporaryFailure,
)
from deliberate.notifications.channels.http_exchange import ExchangeFailed, post
from deliberate.notifications.channels.push_addresses import open_connection
from deliberate.notifications.registry.line import Line
from deliberate.notifications.templates import RenderedNotification
from deliberate.operations.notices.push_subscriptions import (
    drop_subscription,
    record_push,
    record_push_failure,
)
from deliberate.queries.notices.push_subscriptions import list_push_subscriptions
from deliberate.vocabulary.notices import Channel

TIMEOUT_SECONDS = 10.0
"""Seconds for a whole exchange with a push service."""
TTL_SECONDS = 7 * 24 * 3600
"""How long a push service keeps a message for a device that is switched off."""
TOKEN_SECONDS = 12 * 3600
"""How long the signature of a request is valid; a day at most (RFC 8292)."""
GONE = frozenset({404, 410})
"""Statuses of an endpoint that takes no message any more."""
REFUSES_SITE = frozenset({401, 403})
"""Statuses for a signature that is not accepted: the clock or the key of the site may be wrong."""

_log = logging.getLogger(__name__)


class NotTried(TemporaryFailure):
    """A device was left out for a reason that is not its own: no failure of it."""


@dataclass(frozen=True)
class PushTarget:
    """A device, as it was when the message was composed."""

    id: int
    endpoint: str
    public_key: str
    secret: str
    last_delivery_id: int


@dataclass(frozen=True)
class PushMessage:
    """A path for the devices of a person."""

    path: str
    targets: Sequence[PushTarget]

    def payload(self) -> bytes:
        """Return what the service worker receives."""
        return json.dumps({"path": self.path}, separators=(",", ":")).encode()


class _State(Enum):
    """The outcome of a message for one device."""

    REACHED = auto()
    WAITS = auto()
    GONE = auto()
    NO_TIME = auto()


class PushSender:
    """The push services; one that hangs is not asked again in the same run."""

    def __init__(self, settings: Settings, deadline: float) -> None:
        self._settings, self._deadline, self._hanging = settings, deadline, set[str]()

    def send(self, message: PushMessage, delivery_id: int) -> None:
        """Send a message to each device that does not have it yet.

        A device that fails does not hold back what follows for the others. Raises TemporaryFailure
        if none was reached or there was no time for each, PermanentFailure if no device is left.
        """
        states = [
            self._reach(target, message.payload(), delivery_id)
            if monotonic() < self._deadline
            else _State.NO_TIME
            for target in message.targets
        ]
        if _State.NO_TIME in states:
            raise TemporaryFailure("there was no time for each device")
        if _State.REACHED in states:
            return
        if _State.WAITS in states:
            raise TemporaryFailure("a push service did not take the message")
        raise PermanentFailure("no device is left")

    def _reach(self, target: PushTarget, payload: bytes, delivery_id: int) -> "_State":
        """Send to a device that does not have the message, and record the outcome."""
        if target.last_delivery_id >= delivery_id:
            return _State.REACHED
        try:
            self._send_to(target, payload)
        except NotTried:
            return _State.WAITS
        except TemporaryFailure:
            return _State.WAITS if record_push_failure(target.id) else _State.GONE
        except PermanentFailure:
            drop_subscription(target.id)
            return _State.GONE
        record_push(target.id, delivery_id)
        return _State.REACHED

    def _send_to(self, target: PushTarget, payload: bytes) -> None:
        """Send to one device. Raises NotTried, TemporaryFailure or PermanentFailure."""
        url = urlsplit(target.endpoint)
        host = url.hostname or ""
        if host in self._hanging:
            raise NotTried("the push service hangs")
        connection = open_connection(host, url.port or 443, TIMEOUT_SECONDS)
        body = encrypt(payload, target)
        path = f"{url.path}?{url.query}" if url.query else url.path
        try:
            status, _answer = post(
                connection, path, body, self._headers(target.endpoint), TIMEOUT_SECONDS
            )
        except ExchangeFailed as error:
            self._hanging.add(host)
            raise TemporaryFailure(str(error)) from error
        if status in GONE:
            raise PermanentFailure("the endpoint is gone")
        if status in REFUSES_SITE:
            _log.error("push service %s answered %s: check clock, key and sender", host, status)
        if not 200 <= status < 300:
            raise TemporaryFailure(f"the push service answered {status}")

    def _headers(self, endpoint: str) -> dict[str, str]:
        return {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_SECONDS),
            **vapid_headers(endpoint, self._settings),
        }


def encrypt(payload: bytes, target: PushTarget) -> bytes:
    """Return a payload that only the browser of a device can read."""
    from pywebpush import WebPusher

    keys = {"p256dh": target.public_key, "auth": target.secret}
    pusher = WebPusher({"endpoint": target.endpoint, "keys": keys})
    encoded = pusher.encode(payload, content_encoding="aes128gcm")
    return bytes(encoded["body"])


def vapid_headers(endpoint: str, settings: Settings) -> dict[str, str]:
    """Return the headers by which a push service knows the site (RFC 8292)."""
    from py_vapid import Vapid02

    url = urlsplit(endpoint)
    claims = {
        "aud": f"{url.scheme}://{url.netloc}",
        "exp": int(now().timestamp()) + TOKEN_SECONDS,
        "sub": f"mailto:{settings.mail_from}",
    }
    headers: dict[str, str] = Vapid02.from_raw(settings.push_key.encode()).sign(claims)
    return headers


class PushChannel:
    """Devices on which a person switched notices on, of what people may choose alone."""

    channel: ClassVar[Channel] = Channel.PUSH

    def is_configured(self, settings: Settings) -> bool:
        """Return whether there is a key."""
        return bool(settings.push_key)

    def carries(self, line: Line) -> bool:
        """Return whether a notice has a topic: what concerns the account itself is mailed."""
        return line.topic is not None and not line.is_mail_only

    def reachable(self, session: Session, line: Line, person_ids: Collection[int]) -> set[int]:
        """Return those with a device."""
        owners = select(PushSubscription.person_id).where(
            PushSubscription.person_id.in_(person_ids)
        )
        return set(session.scalars(owners.distinct()))

    def connect(self, settings: Settings) -> AbstractContextManager[PushSender] | None:
        """Return the push services, None without a key."""
        return _open_services(settings) if settings.push_key else None

    def compose(
        self, delivery: Delivery, person: Person, notification: RenderedNotification
    ) -> PushMessage:
        """Return the message of a delivery: the page to open; devices that fail come last."""
        targets = [
            PushTarget(row.id, row.endpoint, row.public_key, row.secret, row.last_delivery_id)
            for row in sorted(list_push_subscriptions(person.id), key=lambda row: row.failures)
        ]
        if not targets:
            raise NoAddress
        return PushMessage(notification.path, targets)

    def note_rejection(self, person_id: int, message: PushMessage) -> None:
        """Do nothing: the sender drops the devices that are gone."""


@contextmanager
def _open_services(settings: Settings) -> Iterator[PushSender]:
    yield PushSender(settings, monotonic() + MAX_SEND_SECONDS)

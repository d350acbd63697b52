"""Messages between systems, signed as Standard Webhooks describes: sent by HTTPS, and checked.

A name is resolved once for each message, and only public addresses are connected to. Redirects are
not followed.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

from deliberate.clock import now
from deliberate.notifications.channels.adapter import PermanentFailure, TemporaryFailure
from deliberate.notifications.channels.http_exchange import ExchangeFailed, post
from deliberate.notifications.channels.push_addresses import PrivateAddress, open_connection
from deliberate.operations.notices.receivers import SECRET_PREFIX

TIMEOUT_SECONDS = 10.0
TOLERANCE_SECONDS = 300
"""How far the time of a received message may be from ours."""
MAX_ID_CHARACTERS = 64


@dataclass(frozen=True)
class Answer:
    """What came back: the status, a code of what went wrong (empty if nothing), the content."""

    status: int | None
    error: str
    content: bytes = b""


def send_message(url: str, message_id: str, body: bytes, secrets: Sequence[str]) -> Answer:
    """Send a message to an address that nobody here vouches for, and return the answer."""
    if not secrets:  # the receiver could not tell it from a forged message
        return Answer(None, "no_secret")
    address, headers = urlsplit(url), message_headers(message_id, body, secrets)
    path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    try:
        connection: HTTPSConnection = open_connection(
            address.hostname or "", address.port or 443, TIMEOUT_SECONDS
        )
        status, content = post(connection, path, body, headers, TIMEOUT_SECONDS)
    except PrivateAddress:
        return Answer(None, "private_address")
    except (TemporaryFailure, PermanentFailure):
        return Answer(None, "unknown_name")
    except ExchangeFailed:
        return Answer(None, "no_answer")
    is_taken = 200 <= status < 300
    return Answer(status, "" if is_taken else "status", content if is_taken else b"")


def message_headers(message_id: str, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """Return the headers of a message; its id is the same each time it is sent."""
    seconds = str(int(now().timestamp()))
    signatures = (_signature(secret, message_id, seconds, body) for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "deliberate-webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


class Headers(Protocol):
    """The headers of a request."""

    def get(self, key: str, default: str, /) -> str:
        """Return a header, or the default."""


def is_signed(headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
    """Return whether a received message has an id, a recent time and the signature of a secret."""
    message_id = headers.get("webhook-id", "")
    seconds = headers.get("webhook-timestamp", "")
    if not (0 < len(message_id) <= MAX_ID_CHARACTERS and seconds.isascii() and seconds.isdigit()):
        return False
    if len(seconds) > 12 or abs(now().timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        return False
    given = [one.encode() for one in headers.get("webhook-signature", "").split()]
    valid = [_signature(secret, message_id, seconds, body).encode() for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in given for other in valid)


def _signature(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

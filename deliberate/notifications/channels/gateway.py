"""A client of the gateway for text messages (SMS or WhatsApp): signed JSON over HTTP.

One POST for each message; docs/operate-reference.md describes it. An answer counts only if it names
the id of the message: for any other answer of a gateway, or none in time, the message is sent again
under the same id, by which the gateway recognises it.
"""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from deliberate.clock import now
from deliberate.notifications.channels.adapter import (
    AddressRejected,
    ConnectionLost,
    PermanentFailure,
    TemporaryFailure,
)
from deliberate.notifications.channels.http_exchange import ExchangeFailed, post
from deliberate.notifications.signatures import SIGNATURE_HEADER, TIME_HEADER, sign

TIMEOUT_SECONDS = 10.0
"""Seconds for a whole exchange: a gateway that answers byte by byte is cut off too."""


@dataclass(frozen=True)
class TextMessage:
    """A text to a telephone number; the gateway sends one id once."""

    id: str
    number: str
    text: str
    language: str


class Gateway:
    """The gateway at an address, with the secret that signs the messages to it."""

    def __init__(self, url: str, secret: str) -> None:
        self._parts, self._secret = urlsplit(url), secret

    def send(self, message: TextMessage) -> None:
        """Send a message. No number is part of an error, because errors are stored.

        Raises TemporaryFailure, ConnectionLost, PermanentFailure or AddressRejected.
        """
        body = json.dumps(
            {
                "id": message.id,
                "to": message.number,
                "text": message.text,
                "language": message.language,
            }
        ).encode()
        status, answer = self._post(body, message.id)
        if status == 429 or status >= 500:
            raise ConnectionLost(f"the gateway answered {status}")
        if not 200 <= status < 300 and status not in {400, 404, 410, 422}:
            raise ConnectionLost(f"the gateway answered {status}")
        if answer.get("id") != message.id:
            raise TemporaryFailure("the gateway did not name the message")
        state = answer.get("state")
        if state == "unreachable":
            raise AddressRejected("the number cannot be reached")
        if state == "rejected" or status >= 300:
            raise PermanentFailure("the gateway rejects the message")
        if state != "accepted":
            raise TemporaryFailure("the gateway stated no outcome")

    def _post(self, body: bytes, message_id: str) -> tuple[int, dict[str, object]]:
        seconds = int(now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message_id,
            TIME_HEADER: str(seconds),
            SIGNATURE_HEADER: sign(self._secret, seconds, body),
        }
        path = self._parts.path or "/"
        query = f"?{self._parts.query}" if self._parts.query else ""
        try:
            status, answer = post(self._connection(), path + query, body, headers, TIMEOUT_SECONDS)
        except ExchangeFailed as error:
            raise ConnectionLost(f"the gateway: {error}") from error
        return status, _read_object(answer)

    def _connection(self) -> http.client.HTTPConnection:
        is_secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_SECONDS)


def _read_object(content: bytes) -> dict[str, object]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):  # the latter from brackets within brackets
        return {}
    return answer if isinstance(answer, dict) else {}

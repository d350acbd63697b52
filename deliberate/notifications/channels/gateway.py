"""A client of the gateway for text messages (SMS or WhatsApp): signed JSON over HTTP.

One POST for each message; docs/operate.md describes it. An answer counts only if it names the id
of the message: for any other answer of a gateway, or none in time, the message is sent
again under the same id, by which the gateway recognises it.
"""

import http.client
import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from deliberate.clock import now
from deliberate.notifications.channels.adapter import (
    AddressRejected,
    ConnectionLost,
    PermanentFailure,
    TemporaryFailure,
)
from deliberate.notifications.signatures import SIGNATURE_HEADER, TIME_HEADER, sign

TIMEOUT_SECONDS = 10.0
"""Seconds for a whole exchange: a gateway that answers byte by byte is cut off too."""
MAX_ANSWER_BYTES = 4096


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
        connection = self._connection()
        timer = threading.Timer(TIMEOUT_SECONDS, _cut, [connection])
        timer.start()
        try:
            path = self._parts.path or "/"
            query = f"?{self._parts.query}" if self._parts.query else ""
            connection.request("POST", path + query, body, headers)
            response = connection.getresponse()
            return response.status, _read_object(response.read(MAX_ANSWER_BYTES))
        except (OSError, http.client.HTTPException, AttributeError) as error:
            # AttributeError: http.client reads on in a socket that was cut off
            raise ConnectionLost(f"the gateway: {type(error).__name__}") from error
        finally:
            timer.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        is_secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_SECONDS)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End an exchange whose time is over, whatever the other side still sends."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _read_object(content: bytes) -> dict[str, object]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):  # the latter from brackets within brackets
        return {}
    return answer if isinstance(answer, dict) else {}

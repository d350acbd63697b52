"""One HTTP exchange with a total time, for services that are not trusted to answer in time."""

import http.client
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

MAX_ANSWER_BYTES = 4096


class ExchangeFailed(Exception):
    """The other side did not answer in time, or not in HTTP."""


def post(
    connection: http.client.HTTPConnection,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
) -> tuple[int, bytes]:
    """Send a POST request and return the status and the beginning of the answer; close it.

    The whole exchange ends after `seconds`, also if the other side answers byte by byte.
    Redirects are not followed. Raises ExchangeFailed.
    """
    is_over = threading.Event()
    timer = threading.Timer(seconds, _cut, [connection, is_over])
    timer.start()
    try:
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        answer = response.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, AttributeError) as error:
        # AttributeError: http.client reads on in a socket that was cut off
        raise ExchangeFailed(type(error).__name__) from error
    finally:
        timer.cancel()
        connection.close()
    if is_over.is_set():  # half an answer looks like a whole one without its last headers
        raise ExchangeFailed("TimeoutError")
    return response.status, answer


def _cut(connection: http.client.HTTPConnection, is_over: threading.Event) -> None:
    """End an exchange whose time is over, whatever the other side still sends."""
    is_over.set()
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)

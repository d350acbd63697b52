"""One HTTP exchange with a total time, for services that are not trusted to answer in time."""

import http.client
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

MAX_ANSWER_BYTES = 4096
CUT_SECONDS = 0.1
"""Seconds between two attempts to cut off an exchange whose time is over."""


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
    watch = _Watch(connection, seconds)
    watch.start()
    try:
        connection.connect()
        watch.sock = connection.sock
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        answer = response.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, AttributeError) as error:
        # AttributeError: http.client reads on in a socket that was cut off
        raise ExchangeFailed(type(error).__name__) from error
    finally:
        watch.end()
        connection.close()
    if watch.is_over:  # half an answer looks like a whole one without its last headers
        raise ExchangeFailed("TimeoutError")
    return response.status, answer


class _Watch(threading.Thread):
    """Cuts an exchange off when its time is over, whatever the other side still sends."""

    def __init__(self, connection: http.client.HTTPConnection, seconds: float) -> None:
        super().__init__(daemon=True)
        self._connection, self._seconds = connection, seconds
        self._has_ended = threading.Event()
        self.is_over = False
        self.sock: socket.socket | None = None
        """The open socket; http.client forgets it while it reads the last answer of one."""

    def run(self) -> None:
        """Cut the exchange off until it ends: a connection may open only after the first cut."""
        if self._has_ended.wait(self._seconds):
            return
        self.is_over = True
        while True:
            _cut(self._connection.sock)
            _cut(self.sock)
            if self._has_ended.wait(CUT_SECONDS):
                return

    def end(self) -> None:
        """Stop, so that nothing is cut off any more."""
        self._has_ended.set()
        self.join()


def _cut(sock: socket.socket | None) -> None:
    """End both directions of a socket that is open."""
    if sock is not None:
        with suppress(OSError):
            # not the method of an SSLSocket, after which another thread could write plain text
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

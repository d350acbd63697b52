"""Endpoints of push services: addresses that browsers give, never trusted.

A name is resolved once for each exchange, and the connection goes to the address that was
checked, so that a name which resolves to another address the next time reaches nothing inside.
"""

import http.client
import socket
import ssl
import threading

from deliberate.notifications.channels.adapter import PermanentFailure, TemporaryFailure
from deliberate.operations.notices.endpoints import is_https_port, is_public

RESOLVE_SECONDS = 5.0


class PrivateAddress(PermanentFailure):
    """An endpoint is inside a private network, or in no network at all."""


def open_connection(host: str, port: int, seconds: float) -> "CheckedConnection":
    """Return a connection to a host whose addresses are all public; it connects on use.

    Raises PermanentFailure for another port than that of HTTPS, PrivateAddress, or
    TemporaryFailure for a name that cannot be resolved now.
    """
    if not is_https_port(port):
        raise PermanentFailure("the endpoint is not on the port of HTTPS")
    addresses = resolve(host, port)
    if not all(map(is_public, addresses)):
        raise PrivateAddress("the endpoint is not on a public address")
    return CheckedConnection(host, port, addresses[0], seconds)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises TemporaryFailure, also if that takes too long."""
    addresses: list[str] = []

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        addresses.extend(str(row[4][0]) for row in rows)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(RESOLVE_SECONDS)
    if not addresses:
        raise TemporaryFailure("the name of the endpoint cannot be resolved")
    return list(addresses)


def tls_context() -> ssl.SSLContext:
    """Return the TLS settings: certificates are checked."""
    return ssl.create_default_context()


class CheckedConnection(http.client.HTTPSConnection):
    """An HTTPS connection to one address, whose certificate must name the host."""

    def __init__(self, host: str, port: int, address: str, seconds: float) -> None:
        self._tls, self._address = tls_context(), address
        super().__init__(host, port, timeout=seconds, context=self._tls)

    def connect(self) -> None:
        """Connect to the address that was checked."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        # set before the handshake, so that the exchange can be cut off in it
        self.sock = self._tls.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()

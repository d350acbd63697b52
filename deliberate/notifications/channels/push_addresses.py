"""Endpoints of push services: addresses that browsers give, never trusted.

A name is resolved once for each exchange, and the connection goes to the address that was
checked, so that a name which resolves to another address the next time reaches nothing inside.
"""

import http.client
import socket
import ssl
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from deliberate.notifications.channels.adapter import PermanentFailure, TemporaryFailure

RESOLVE_SECONDS = 5.0
_NAT64 = ip_network("64:ff9b::/96")


class PrivateAddress(PermanentFailure):
    """An endpoint is inside a private network, or in no network at all."""


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the internet, also if another one is inside it."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in [ip, *_embedded(ip)])


def _embedded(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, IPv4Address):
        return []
    embedded = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        embedded.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return [address for address in embedded if address is not None]


def open_connection(host: str, port: int, seconds: float) -> "CheckedConnection":
    """Return a connection to a host whose addresses are all public; it connects on use.

    Raises PrivateAddress, or TemporaryFailure for a name that cannot be resolved now.
    """
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

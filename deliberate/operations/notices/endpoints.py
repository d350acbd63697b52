"""Addresses of push services, given by browsers: only those of the internet, by HTTPS."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

MAX_ENDPOINT = 1000
HTTPS_PORT = 443
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_PROTOCOLS = ip_network("192.0.0.0/24")


def is_endpoint(endpoint: str) -> bool:
    """Return whether an address can be that of a push service: https, a name or a public address.

    Names are resolved when a message is sent, because they can resolve to another address then.
    """
    try:
        url = urlsplit(endpoint)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not is_plain or len(endpoint) > MAX_ENDPOINT or url.scheme != "https" or "@" in url.netloc:
        return False
    return is_https_port(port) and _is_host(host)


def is_https_port(port: int | None) -> bool:
    """Return whether a port is that of HTTPS: another one of a host could stop all its devices."""
    return port is None or port == HTTPS_PORT


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
    return is_public(host)


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the internet, also if another one is inside it."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public_v4(ip) if isinstance(ip, IPv4Address) else _is_public_v6(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and ip not in _PROTOCOLS


def _is_public_v6(ip: IPv6Address) -> bool:
    if ip in _NAT64:
        return _is_public_v4(IPv4Address(int(ip) & 0xFFFFFFFF))
    embedded = [one for one in (ip.sixtofour, *(ip.teredo or ())) if one is not None]
    return ip in _GLOBAL_UNICAST and ip.is_global and all(map(_is_public_v4, embedded))

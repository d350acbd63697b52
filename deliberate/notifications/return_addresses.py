"""Signed addresses of the platform in a mail: where failures go, and where a reply goes.

An address names one delivery, so that a failure or a reply is accepted only from who received it.
Letters are small, because mail servers may change their case.
"""

import hmac
import re

from deliberate.config import Settings
from deliberate.keys import keyed_hashes

BOUNCE, REPLY = "bounce", "reply"
SIGNATURE_DIGITS = 20
_ADDRESS = re.compile(rf"(bounce|reply)\+(\d{{1,18}})-([0-9a-f]{{{SIGNATURE_DIGITS}}})@(.+)")


def return_address(purpose: str, delivery_id: int, settings: Settings) -> str:
    """Return the address of a delivery for a purpose, empty if the platform reads no mail."""
    if not settings.mail_domain:
        return ""
    return f"{purpose}+{delivery_id}-{_signatures(purpose, delivery_id)[0]}@{settings.mail_domain}"


def read_return_address(address: str, settings: Settings) -> tuple[str, int] | None:
    """Return purpose and delivery of an address, None for a forged one or another domain."""
    match = _ADDRESS.fullmatch(address.strip().lower())
    if match is None or match[4] != settings.mail_domain.lower():
        return None
    purpose, delivery_id = match[1], int(match[2])
    signatures = _signatures(purpose, delivery_id)
    is_genuine = any(hmac.compare_digest(match[3], signature) for signature in signatures)
    return (purpose, delivery_id) if is_genuine else None


def _signatures(purpose: str, delivery_id: int) -> list[str]:
    """Return the signatures of an address under every key, that of the newest key first."""
    hashes = keyed_hashes("return address", f"{purpose} {delivery_id}")
    return [hashed[:SIGNATURE_DIGITS] for hashed in hashes]

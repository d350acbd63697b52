"""Signed addresses of the platform in a mail: where failures go, and where a reply goes.

An address names one delivery, so that a failure or a reply is accepted only from who received it.
Letters are small, because mail servers may change their case.
"""

import hashlib
import hmac
import re

from flask import current_app

from deliberate.config import Settings

BOUNCE, REPLY = "bounce", "reply"
SIGNATURE_DIGITS = 20
_ADDRESS = re.compile(rf"(bounce|reply)\+(\d{{1,18}})-([0-9a-f]{{{SIGNATURE_DIGITS}}})@(.+)")


def return_address(purpose: str, delivery_id: int, settings: Settings) -> str:
    """Return the address of a delivery for a purpose, empty if the platform reads no mail."""
    if not settings.mail_domain:
        return ""
    return f"{purpose}+{delivery_id}-{_sign(purpose, delivery_id)}@{settings.mail_domain}"


def read_return_address(address: str, settings: Settings) -> tuple[str, int] | None:
    """Return purpose and delivery of an address, None for a forged one or another domain."""
    match = _ADDRESS.fullmatch(address.strip().lower())
    if match is None or match[4] != settings.mail_domain.lower():
        return None
    purpose, delivery_id = match[1], int(match[2])
    is_genuine = hmac.compare_digest(match[3], _sign(purpose, delivery_id))
    return (purpose, delivery_id) if is_genuine else None


def _sign(purpose: str, delivery_id: int) -> str:
    key = str(current_app.secret_key).encode()
    message = f"{purpose} {delivery_id}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:SIGNATURE_DIGITS]

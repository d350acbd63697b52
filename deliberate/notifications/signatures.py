"""Signatures of requests between the platform and a provider of mails or text messages.

The signature is the HMAC-SHA256, in hex, of the time in seconds, a full stop and the body, under
a secret that both sides know. An old request is refused, so that it cannot be replayed.
"""

import hashlib
import hmac
import re

from deliberate.clock import now

TIME_HEADER, SIGNATURE_HEADER = "X-Deliberate-Time", "X-Deliberate-Signature"
MAX_AGE_SECONDS = 300


def sign(secret: str, seconds: int, body: bytes) -> str:
    """Return the signature of a body at a time."""
    message = f"{seconds}.".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_genuine(secret: str, time: str, signature: str, body: bytes) -> bool:
    """Return whether a request was signed with a secret a few minutes ago at most."""
    if not secret or not re.fullmatch(r"[0-9]{1,12}", time):
        return False
    age = abs(now().timestamp() - int(time))
    expected = sign(secret, int(time), body)
    return age <= MAX_AGE_SECONDS and hmac.compare_digest(
        signature.lower().encode(), expected.encode()
    )

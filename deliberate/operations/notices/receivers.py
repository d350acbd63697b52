"""Receivers of messages in other systems: their addresses, secrets, and when they are tried."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.notifications.channels.adapter import TemporaryFailure
from deliberate.notifications.channels.push_addresses import resolve
from deliberate.operations.notices.endpoints import HTTPS_PORT, is_endpoint, is_public
from deliberate.operations.site.encryption import decrypt_value, encrypt_value
from deliberate.permissions.decision import InvalidInput

SECRET_PREFIX, SECRET_BYTES = "whsec_", 24
OVERLAP = timedelta(hours=24)
"""How long messages are signed with the old secret as well."""
WAITS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60, 120, 180, 240, 360, 412)
)
"""Between the tries of a message: thirteen tries within a day."""
MAX_TRIES = len(WAITS) + 1


class Receiver(Protocol):
    """A row with an encrypted secret, and for a day the one before."""

    id: int
    secret: bytes
    old_secret: bytes | None
    old_secret_until: datetime | None


def require_public_address(url: str) -> None:
    """Refuse an address inside a private network, also one that a name stands for now."""
    if not is_endpoint(url):
        raise InvalidInput(
            _("Enter an address of the internet that begins with https://, without a port.")
        )
    try:
        addresses = resolve(urlsplit(url).hostname or "", HTTPS_PORT)
    except TemporaryFailure as error:
        raise InvalidInput(_("The name in this address is not known.")) from error
    if not all(map(is_public, addresses)):
        raise InvalidInput(_("This address is inside a private network: nothing is sent there."))


def give_secret(purpose: str, receiver: Receiver) -> str:
    """Give a stored receiver its first secret and return it."""
    secret = _new_secret()
    receiver.secret = encrypt_value(purpose, receiver.id, secret)
    return secret


def replace_secret(purpose: str, receiver: Receiver) -> str:
    """Give a receiver a new secret and return it; the old one is valid as well for a day."""
    receiver.old_secret, receiver.old_secret_until = receiver.secret, now() + OVERLAP
    return give_secret(purpose, receiver)


def valid_secrets(purpose: str, receiver: Receiver) -> list[str]:
    """Return the secrets that are valid now: the new one, then the old one for a day."""
    stored = [receiver.secret]
    if receiver.old_secret and receiver.old_secret_until and now() < receiver.old_secret_until:
        stored.append(receiver.old_secret)
    opened = [decrypt_value(purpose, receiver.id, secret) for secret in stored]
    return [secret for secret in opened if secret is not None]


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()

"""Devices on which people switched notices on."""

import base64
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import PushSubscription


def list_push_subscriptions(person_id: int) -> Sequence[PushSubscription]:
    """Return the devices of a person, the first one first."""
    return db.session.scalars(
        select(PushSubscription)
        .where(PushSubscription.person_id == person_id)
        .order_by(PushSubscription.id)
    ).all()


def public_push_key(settings: Settings) -> str:
    """Return the key that browsers need to switch notices on, empty without a private one."""
    if not settings.push_key:
        return ""
    secret = int.from_bytes(base64.urlsafe_b64decode(settings.push_key + "="))
    public = ec.derive_private_key(secret, ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

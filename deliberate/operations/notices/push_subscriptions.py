"""Devices with notices: switched on and off by their owner, dropped when they are gone."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric import ec
from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Person, PushSubscription
from deliberate.operations.notices.endpoints import is_endpoint
from deliberate.permissions.decision import InvalidInput, Refused, is_signed_in, require
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.accounts import ChannelLinked, ChannelUnlinked
from deliberate.vocabulary.notices import Channel

MAX_DEVICES = 10
MAX_FAILURES = 20
"""The number of failed attempts in a row after which a device is dropped: several days."""
_POINT_BYTES, _SECRET_BYTES = 65, 16


def add_push_subscription(
    person: Person,
    endpoint: str,
    public_key: str,
    secret: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Switch notices on for a browser, by the address and the keys that it gave.

    A browser that another account used before belongs to this one from now on. Raises InvalidInput
    for what no browser gives, Refused if there are too many devices.
    """
    if not (is_endpoint(endpoint) and _is_point(public_key) and _is_secret(secret)):
        raise InvalidInput(_("This browser gave no address for notices that can be used."))
    with recorded(person, ChannelLinked, context) as act:
        require(is_signed_in(act.lock(person)))
        _forget_endpoint(act.session, endpoint)
        of_person = PushSubscription.person_id == person.id
        count = act.session.scalar(select(func.count(PushSubscription.id)).where(of_person))
        if (count or 0) >= MAX_DEVICES:
            raise Refused(_("You have notices on ten devices. Switch one of them off first."))
        act.session.add(
            PushSubscription(
                person_id=person.id,
                endpoint=endpoint,
                public_key=public_key,
                secret=secret,
                added_at=now(),
            )
        )
        act.about(person, channel=Channel.PUSH)


def _forget_endpoint(session: Session, endpoint: str) -> None:
    session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))


def remove_push_subscription(
    person: Person, subscription_id: int, *, context: RequestContext = NO_REQUEST
) -> None:
    """Switch notices off for a device of a person. Raises Refused if it is none of theirs."""
    with recorded(person, ChannelUnlinked, context) as act:
        row = act.session.get(PushSubscription, subscription_id, with_for_update=True)
        if row is None or row.person_id != person.id:
            raise Refused(_("Notices are already off on this device."))
        act.session.delete(row)
        act.about(person, channel=Channel.PUSH)


def _is_point(key: str) -> bool:
    """Return whether a key is a point of the curve P-256, as browsers give it."""
    point = _decode(key)
    if len(point) != _POINT_BYTES:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _is_secret(secret: str) -> bool:
    return len(_decode(secret)) == _SECRET_BYTES


def _decode(text: str) -> bytes:
    """Return the bytes of unpadded base64 for URLs, none for anything else."""
    try:
        return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""


def drop_subscription(subscription_id: int) -> None:
    """Forget a device whose push service takes no message for it any more."""
    with unrecorded("devices that are gone") as session:
        session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))


def drop_subscriptions_of(person: Person) -> None:
    """Forget every device with notices of a person whose devices are signed out."""
    with unrecorded("devices that are signed out") as session:
        session.execute(delete(PushSubscription).where(PushSubscription.person_id == person.id))


def record_push(subscription_id: int, delivery_id: int) -> None:
    """Remember the newest delivery that a device received."""
    with unrecorded("delivery") as session:
        session.execute(
            update(PushSubscription)
            .where(PushSubscription.id == subscription_id)
            .values(last_delivery_id=delivery_id, failures=0)
        )


def record_push_failure(subscription_id: int) -> bool:
    """Count a failed attempt; return whether the device is tried again, or is dropped."""
    with unrecorded("delivery") as session:
        row = session.get(PushSubscription, subscription_id, with_for_update=True)
        if row is None:
            return False
        row.failures += 1
        if row.failures >= MAX_FAILURES:
            session.delete(row)
        return row.failures < MAX_FAILURES

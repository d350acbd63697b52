"""Devices with notices: switched on and off by their owner, dropped when they are gone."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric import ec
from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Person, PushSubscription
from deliberate.operations.notices.endpoints import is_endpoint
from deliberate.permissions.decision import InvalidInput, Refused, is_signed_in, require
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
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
    device_id: str = "",
    context: RequestContext = NO_REQUEST,
) -> None:
    """Switch notices on for a browser, by the address and the keys that it gave.

    They end with the device of `device_id`, its public id. A browser that another account used
    before belongs to this one from now on. Raises InvalidInput for what no browser gives, Refused
    if there are too many devices.
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
                device_id=device_id or None,
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


def end_subscription_of_device(act: Act[...], person: Person, device_id: str) -> None:
    """End the notices on a device that is signed out, as a consequence of that act."""
    if act.session.scalars(_delete_of_device(person, device_id)).all():
        act.consequence(ChannelUnlinked, person, channel=Channel.PUSH)


def _delete_of_device(person: Person, device_id: str) -> ReturningDelete[tuple[int]]:
    of_device = (PushSubscription.person_id == person.id, PushSubscription.device_id == device_id)
    return delete(PushSubscription).where(*of_device).returning(PushSubscription.id)


def end_other_subscriptions(person: Person, except_device_id: str = "") -> None:
    """End the notices on all devices of a person but one, because they are signed out.

    Those whose device is unknown end, too. Nothing is recorded where no device has notices.
    """
    is_other = PushSubscription.device_id.is_distinct_from(except_device_id)
    others = select(PushSubscription.id).where(PushSubscription.person_id == person.id, is_other)
    if not db.session.scalars(others).all():
        return
    with recorded(None, ChannelUnlinked) as act:
        act.session.execute(delete(PushSubscription).where(PushSubscription.id.in_(others)))
        act.about(act.lock(person), channel=Channel.PUSH)


def move_subscription(person: Person, old_device_id: str, new_device_id: str) -> None:
    """Give the notices of a device to the one that replaces it; end those of another account."""
    of_old = PushSubscription.device_id == old_device_id
    if db.session.scalar(select(PushSubscription.id).where(of_old).limit(1)) is None:
        return
    is_own = PushSubscription.person_id == person.id
    with unrecorded("devices that sign in again") as session:
        session.execute(delete(PushSubscription).where(of_old, ~is_own))
        session.execute(update(PushSubscription).where(of_old).values(device_id=new_device_id))


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

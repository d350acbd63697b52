"""Sessions of an account: one device per browser, with a token that only its cookie contains."""

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Device, Person
from deliberate.models.accounts.device import public_device_id
from deliberate.operations.notices.push_subscriptions import (
    end_other_subscriptions,
    end_subscription_of_device,
    move_subscription,
)
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.accounts import DeviceEnded, PersonSignedIn, PersonSignedOut

RESIDENT_SESSION, STAFF_SESSION = timedelta(days=30), timedelta(hours=12)


def sign_in(person: Person, agent: str = "", *, context: RequestContext = NO_REQUEST) -> str:
    """Sign a person in on a new device; return its token."""
    with recorded(person, PersonSignedIn, context) as act:
        act.about(person)
    return create_device(person, agent)


def create_device(person: Person, agent: str = "", replaced_token: str | None = None) -> str:
    """Create a device for a person and return its token; delete the device it replaces.

    The notices of the replaced device go to the new one if they are of the same person.
    """
    token = secrets.token_urlsafe(32)
    lifetime = RESIDENT_SESSION if person.role == Role.RESIDENT else STAFF_SESSION
    with transient() as store:
        if replaced_token is not None:
            store.execute(delete(Device).where(Device.token_hash == hash_token(replaced_token)))
        store.add(
            Device(
                token_hash=hash_token(token),
                person_id=person.id,
                role=person.role,
                agent=clean_line(agent)[:120],
                began_at=now(),
                seen_at=now(),
                expires_at=now() + lifetime,
            )
        )
    if replaced_token is not None:
        move_subscription(person, _public_id(replaced_token), _public_id(token))
    return token


def sign_out(person: Person, token: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Sign the device of a token out and end the notices on it."""
    with recorded(person, PersonSignedOut, context) as act:
        act.about(person)
        end_subscription_of_device(act, person, _public_id(token))
    with transient() as store:
        store.execute(delete(Device).where(Device.token_hash == hash_token(token)))


def touch_device(token: str) -> None:
    """Update when a device was last seen; skip it where the store cannot be written."""
    with suppress(OperationalError), transient() as store:
        store.execute(
            update(Device).where(Device.token_hash == hash_token(token)).values(seen_at=now())
        )


def hash_token(token: str) -> str:
    """Return the SHA-256 hash under which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def _public_id(token: str) -> str:
    return public_device_id(hash_token(token))


def end_devices(person: Person, except_token: str = "") -> None:
    """Sign every device of a person out, except the one with the token; end the notices on them."""
    with transient() as store:
        own = delete(Device).where(Device.person_id == person.id)
        store.execute(own.where(Device.token_hash != hash_token(except_token)))
    end_other_subscriptions(person, _public_id(except_token))


def end_device(person: Person, public_id: str, *, context: RequestContext = NO_REQUEST) -> bool:
    """Sign a device of the person out and end the notices on it; return False if it is none."""
    with transient() as store:
        own = select(Device).where(Device.person_id == person.id)
        device = next((d for d in store.scalars(own) if d.public_id == public_id), None)
        if device is None:
            return False
        store.delete(device)
    with recorded(person, DeviceEnded, context) as act:
        act.about(person)
        end_subscription_of_device(act, person, public_id)
    return True

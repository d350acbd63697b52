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
from deliberate.operations.notices.push_subscriptions import drop_subscriptions_of
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
    """Create a device for a person and return its token; delete the device it replaces."""
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
    return token


def sign_out(person: Person, token: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Sign the device of a token out."""
    with recorded(person, PersonSignedOut, context) as act:
        act.about(person)
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


def end_devices(person: Person, except_token: str = "") -> None:
    """Sign every device of a person out, except the one with the token; end notices on all.

    A browser that gets notices is not linked to its device, so that all of them end.
    """
    with transient() as store:
        own = delete(Device).where(Device.person_id == person.id)
        store.execute(own.where(Device.token_hash != hash_token(except_token)))
    drop_subscriptions_of(person)


def end_device(person: Person, public_id: str, *, context: RequestContext = NO_REQUEST) -> bool:
    """Sign a device of the person out; return False if the person has no such device."""
    with transient() as store:
        own = select(Device).where(Device.person_id == person.id)
        device = next((d for d in store.scalars(own) if d.public_id == public_id), None)
        if device is None:
            return False
        store.delete(device)
    with recorded(person, DeviceEnded, context) as act:
        act.about(person)
    return True

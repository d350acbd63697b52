"""Devices that are signed in to accounts."""

import hashlib
from datetime import timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Device, Person
from deliberate.models.accounts.device import public_device_id
from deliberate.vocabulary import Role

STAFF_IDLE_TIMEOUT = timedelta(minutes=30)

_DEVICE = select(Device).where(Device.token_hash == bindparam("hash"))


@cache
def _person() -> Select[Person]:
    """Return the statement of a person, built once as every signed-in request runs it."""
    return select(Person).where(Person.id == bindparam("person"))


def get_person_by_device_token(token: str) -> Person | None:
    """Return the person signed in with a token.

    Returns None once the device expired or was idle for too long, or the role has changed.
    """
    hashed = hashlib.sha256(token.encode()).hexdigest()
    with transient(write=False) as store:
        device = store.scalar(_DEVICE, {"hash": hashed})
    if device is None or device.expires_at <= now():
        return None
    person = db.session.scalar(_person(), {"person": device.person_id})
    if person is None or not person.is_active or person.role != device.role:
        return None
    if person.role != Role.RESIDENT and now() - device.seen_at > STAFF_IDLE_TIMEOUT:
        return None
    return person.on_device(token, device.seen_at)


def list_devices(person: Person) -> list[Device]:
    """Return the devices signed in to an account, the one seen last first."""
    with transient(write=False) as store:
        active = select(Device).where(Device.person_id == person.id, Device.expires_at > now())
        return list(store.scalars(active.order_by(Device.seen_at.desc()).limit(50)))


def current_device_id(person: Person) -> str:
    """Return the public id of the device of this request, or an empty string without one."""
    token = person.get_id()
    if token is None:
        return ""
    return public_device_id(hashlib.sha256(token.encode()).hexdigest())

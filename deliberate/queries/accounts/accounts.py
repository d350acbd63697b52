"""Accounts as pages need them: who is signed in on a device, who follows what."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import (
    Device,
    Follow,
    Institution,
    Interaction,
    Person,
    PersonKey,
    RecoveryCode,
)
from deliberate.vocabulary import AccountClass, Role

STAFF_IDLE = timedelta(minutes=30)


def person_on_device(token: str) -> Person | None:
    """Who is signed in with this token; None once it expired, idled or the role changed."""
    hashed = hashlib.sha256(token.encode()).hexdigest()
    with transient(write=False) as store:
        device = store.get(Device, hashed)
    if device is None or device.expires_at <= now():
        return None
    person = db.session.get(Person, device.person_id)
    if person is None or not person.is_active or person.role != device.role:
        return None
    if person.role != Role.RESIDENT and now() - device.seen_at > STAFF_IDLE:
        return None
    return person.on_device(token, device.seen_at)


def devices_of(person: Person) -> list[Device]:
    """The browsers somebody is signed in on, the one used last first."""
    with transient(write=False) as store:
        living = select(Device).where(Device.person_id == person.id, Device.expires_at > now())
        return list(store.scalars(living.order_by(Device.seen_at.desc()).limit(50)))


def device_here(person: Person) -> str:
    """The mark of the device somebody acts on; empty where they act on none."""
    token = person.get_id()
    if token is None:
        return ""
    return Device(token_hash=hashlib.sha256(token.encode()).hexdigest()).mark


def codes_left(person: Person) -> int:
    """How many one-time codes somebody can still come back with."""
    own = select(func.count(RecoveryCode.code_hash)).where(RecoveryCode.person_id == person.id)
    with transient(write=False) as store:
        return store.scalar(own) or 0


def people_concerned(since: datetime) -> Iterator[tuple[Person, bool]]:
    """Whose data was kept at some time after a moment, and whether they acted since."""
    acted = (
        select(Interaction.id)
        .where(Interaction.actor_id == PersonKey.actor_id, Interaction.occurred_at >= since)
        .exists()
    )
    found = (
        select(Person, acted)
        .outerjoin(PersonKey, PersonKey.person_id == Person.id)
        .where(
            Person.account_class != AccountClass.SYSTEM,
            (Person.erased_at.is_(None)) | (Person.erased_at >= since),
        )
        .order_by(Person.id)
        .execution_options(yield_per=1000)
    )
    for person, has_acted in db.session.execute(found):
        yield person, bool(has_acted)


def person_named(sign_in_name: str) -> Person | None:
    """The account with a sign-in name."""
    return db.session.scalar(select(Person).where(Person.sign_in_name == sign_in_name.casefold()))


def institution_named(slug: str) -> Institution | None:
    """The institution with this address."""
    return db.session.scalar(select(Institution).where(Institution.slug == slug))


def institutions_by_name() -> Sequence[Institution]:
    """Every institution, in the order of its name."""
    return db.session.scalars(select(Institution).order_by(Institution.name, Institution.id)).all()


def is_following(person: Person, subject_type: str, subject_id: int) -> bool:
    """Whether a person follows a thing."""
    found = db.session.scalar(
        select(Follow.id).where(
            Follow.person_id == person.id,
            Follow.subject_type == subject_type,
            Follow.subject_id == subject_id,
        )
    )
    return found is not None


def person_numbered(person_id: int) -> Person | None:
    """One account."""
    return db.session.get(Person, person_id)

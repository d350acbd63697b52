"""Joining, signing in and out, and the roles of accounts."""

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Device, Institution, Person, PersonKey
from deliberate.permissions import may_set_up, require
from deliberate.recording import recorded
from deliberate.text import clean_line
from deliberate.vocabulary import AccountClass, Kind, Role

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))
RESIDENT_STAYS = timedelta(days=30)
STAFF_STAYS = timedelta(hours=12)


class NameTaken(ValueError):
    """Another account has this sign-in name or display name."""


def join(
    sign_in_name: str,
    display_name: str,
    passphrase: str | None,
    *,
    email: str | None = None,
    area: str = "",
    language: str = "id",
    account_class: AccountClass = AccountClass.PERSON,
) -> Person:
    """Open a resident's account; the terms were agreed to on the form. Raises NameTaken.

    Without a passphrase nobody can sign in with it: such are the sample city's people.
    """
    person = _new_person(sign_in_name, display_name, passphrase)
    person.email, person.area, person.language = email, area, language
    person.account_class = account_class
    return _add(person, by=None)


def create_account(
    by: Person | None,
    sign_in_name: str,
    display_name: str,
    passphrase: str | None,
    role: Role,
    institution: Institution | None = None,
) -> Person:
    """Make an account with a role, at the command line (by None) or by an administrator."""
    if by is not None:
        require(may_set_up(by))
    person = _new_person(sign_in_name, display_name, passphrase)
    person.role = role
    person.institution_id = institution.id if institution else None
    return _add(person, by=by)


def _new_person(sign_in_name: str, display_name: str, passphrase: str | None) -> Person:
    return Person(
        sign_in_name=clean_line(sign_in_name).casefold(),
        display_name=clean_line(display_name),
        passphrase_hash=None if passphrase is None else _HASHER.hash(passphrase),
        key=PersonKey.new(),
    )


def _add(person: Person, by: Person | None) -> Person:
    with recorded(by or person, Kind.PERSON_JOINED) as act:
        _refuse_taken(act.session, person)
        act.session.add(person)
        act.about(person, terms=1)
    return person


def _refuse_taken(session: Session, person: Person) -> None:
    taken = session.scalar(
        select(Person.id).where(
            (Person.sign_in_name == person.sign_in_name)
            | (func.lower(Person.display_name) == person.display_name.lower())
        )
    )
    if taken is not None:
        raise NameTaken(person.sign_in_name)


def proven_person(sign_in_name: str, passphrase: str) -> Person | None:
    """The account these words open, or None; takes as long for a name that does not exist."""
    session: Session = db.session()
    person = session.scalar(
        select(Person).where(Person.sign_in_name == clean_line(sign_in_name).casefold())
    )
    stored = person.passphrase_hash if person and person.passphrase_hash else _NOBODY
    try:
        _HASHER.verify(stored, passphrase)
    except Argon2Error:
        return None
    return person if person and person.passphrase_hash and person.is_active else None


def sign_in(person: Person, agent: str = "") -> str:
    """Sign a person in on a device; gives the token that only its browser keeps."""
    token = secrets.token_urlsafe(32)
    with recorded(person, Kind.PERSON_SIGNED_IN) as act:
        act.about(person)
    stays = RESIDENT_STAYS if person.role == Role.RESIDENT else STAFF_STAYS
    with transient() as store:
        store.add(
            Device(
                token_hash=hash_token(token),
                person_id=person.id,
                role=person.role,
                agent=clean_line(agent)[:120],
                began_at=now(),
                seen_at=now(),
                expires_at=now() + stays,
            )
        )
    return token


def sign_out(person: Person, token: str) -> None:
    """Sign this device out; its cookie is worth nothing from then on."""
    with recorded(person, Kind.PERSON_SIGNED_OUT) as act:
        act.about(person)
    with transient() as store:
        store.execute(delete(Device).where(Device.token_hash == hash_token(token)))


def note_device(token: str) -> None:
    """Note that a device is in use; reading is no act."""
    with transient() as store:
        store.execute(
            update(Device).where(Device.token_hash == hash_token(token)).values(seen_at=now())
        )


def hash_token(token: str) -> str:
    """What is kept of a device's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def grant_role(
    admin: Person | None, person: Person, role: Role, institution: Institution | None = None
) -> None:
    """Give an account a role; every device of it is signed out, so the role holds at once."""
    with recorded(admin, Kind.ROLE_GRANTED) as act:
        if admin is not None:
            require(may_set_up(act.locked(admin)))
        act.locked(person)
        person.role = role
        person.institution_id = institution.id if institution else None
        act.about(person, role=role.value)
    with transient() as store:
        store.execute(delete(Device).where(Device.person_id == person.id))


def change_consent(person: Person, research: bool) -> None:
    """Agree to research, or no longer."""
    with recorded(person, Kind.CONSENT_CHANGED) as act:
        act.locked(person)
        person.research_consent = research
        act.about(person, research=int(research))

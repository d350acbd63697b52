"""Joining, signing in and out, and the roles of accounts."""

import hashlib
import secrets
import unicodedata
from contextlib import suppress
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Device, Institution, Person, PersonKey
from deliberate.operations.accounts.email_addresses import ask_to_confirm
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import may_give_roles, may_set_up
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.recording import recorded
from deliberate.text import clean_line, name_key
from deliberate.vocabulary import AccountClass, Kind, Role

_HASHER = PasswordHasher()
_NOBODY = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)
"""A hash that no words have: whoever names nobody waits as long, and the start does not hash."""
RESIDENT_STAYS = timedelta(days=30)
STAFF_STAYS = timedelta(hours=12)
_OFFICIAL = frozenset(
    map(name_key, ("Admin", "Administrator", "Moderator", "Petugas", "Deliberate", "Sistem"))
)


SIGN_IN_NAME, DISPLAY_NAME = "sign_in_name", "display_name"


class NameTaken(ValueError):
    """Another account has this sign-in name, or a display name that looks the same.

    `field` says which of the two.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


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
    """Open a resident's account; terms were agreed to on the form. Raises NameTaken, Refused.

    Without a passphrase nobody can sign in with it: such are the sample city's people.
    """
    person = _new_person(sign_in_name, display_name, passphrase)
    person.email, person.area, person.language = email, area, language
    person.account_class = account_class
    return _add(person, by=None)


def join_on_device(
    sign_in_name: str, display_name: str, passphrase: str, *, agent: str = "", **about: Any
) -> tuple[Person, str]:
    """Join in a browser, which is signed in from then on; gives the account and its token."""
    person = join(sign_in_name, display_name, passphrase, **about)
    return person, open_device(person, agent)


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
    if passphrase is not None and (weak := weakness(passphrase, sign_in_name, display_name)):
        raise Refused(weak)
    return Person(
        sign_in_name=clean_line(sign_in_name).casefold(),
        display_name=clean_line(display_name),
        passphrase_hash=None if passphrase is None else hash_passphrase(passphrase),
        key=PersonKey.new(),
    )


def hash_passphrase(passphrase: str) -> str:
    """Argon2id of a passphrase, however its accents were typed."""
    return _HASHER.hash(_composed(passphrase))


def _composed(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)


def _add(person: Person, by: Person | None) -> Person:
    try:
        with recorded(by or person, Kind.PERSON_JOINED) as act:
            refuse_taken_name(act.session, person)
            act.session.add(person)
            ask_to_confirm(act, person)
            act.about(person, terms=1)
    except IntegrityError as error:  # somebody else took the name in this very moment
        raise NameTaken(SIGN_IN_NAME) from error
    return person


def refuse_taken_name(session: Session, person: Person) -> None:
    """Raise NameTaken where another account has the sign-in name or looks like the display name."""
    others = select(Person.sign_in_name, Person.name_key).where(
        (Person.sign_in_name == person.sign_in_name) | (Person.name_key == person.name_key),
    )
    if person.id is not None:
        others = others.where(Person.id != person.id)
    with session.no_autoflush:
        taken = session.execute(others.limit(2)).all()
    if any(other.sign_in_name == person.sign_in_name for other in taken):
        raise NameTaken(SIGN_IN_NAME)
    if taken or _is_an_office(session, person.name_key):
        raise NameTaken(DISPLAY_NAME)


def _is_an_office(session: Session, key: str) -> bool:
    """Whether a resident's name would pass for an institution, the platform or its people."""
    names = session.execute(select(Institution.name, Institution.name_en)).all()
    official = {name_key(name) for pair in names for name in pair if name}
    return key in official | _OFFICIAL


def authenticate(sign_in_name: str, passphrase: str) -> Person | None:
    """The account these words open, or None; takes as long for a name that does not exist."""
    session: Session = db.session()
    person = session.scalar(
        select(Person).where(Person.sign_in_name == clean_line(sign_in_name).casefold())
    )
    stored = person.passphrase_hash if person and person.passphrase_hash else _NOBODY
    try:
        _HASHER.verify(stored, _composed(passphrase))
    except Argon2Error:
        return None
    return person if person and person.passphrase_hash and person.is_active else None


def sign_in(person: Person, agent: str = "") -> str:
    """Sign a person in on a device; gives the token that only its browser keeps."""
    with recorded(person, Kind.PERSON_SIGNED_IN) as act:
        act.about(person)
    return open_device(person, agent)


def open_device(person: Person, agent: str = "", leaving: str | None = None) -> str:
    """Let a browser act for a person from now on; the token it had before is worth nothing then."""
    token = secrets.token_urlsafe(32)
    stays = RESIDENT_STAYS if person.role == Role.RESIDENT else STAFF_STAYS
    with transient() as store:
        if leaving is not None:
            store.execute(delete(Device).where(Device.token_hash == hash_token(leaving)))
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
    """Note that a device is in use; reading is no act, and goes on where nothing can be written."""
    with suppress(OperationalError), transient() as store:
        store.execute(
            update(Device).where(Device.token_hash == hash_token(token)).values(seen_at=now())
        )


def hash_token(token: str) -> str:
    """What is kept of a device's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def grant_role(
    admin: Person | None, person: Person, role: Role, institution: Institution | None = None
) -> None:
    """Give an account a role; every device of it is signed out, so the role holds at once.

    By an administrator, or at the command line (admin None). Raises Refused.
    """
    with recorded(admin, Kind.ROLE_GRANTED) as act:
        act.locked(person)
        if admin is not None:
            require(may_give_roles(act.locked(admin), person))
        if role == Role.STAFF and institution is None:
            raise Refused(_("Staff work for an institution: choose which."))
        person.role = role
        person.institution_id = institution.id if institution else None
        act.about(person, role=role.value)
    _end_devices(person)


def revoke_role(admin: Person, person: Person) -> None:
    """Take an account's role away; it is a resident's from now on, and signed out everywhere."""
    with recorded(admin, Kind.ROLE_REVOKED) as act:
        act.locked(person)
        require(may_give_roles(act.locked(admin), person))
        lost = person.role
        if lost == Role.RESIDENT:
            raise Refused(_("This account has no role to take away."))
        person.role = Role.RESIDENT
        person.institution_id = None
        act.about(person, role=Role(lost).value)
    _end_devices(person)


def _end_devices(person: Person) -> None:
    with transient() as store:
        store.execute(delete(Device).where(Device.person_id == person.id))


def change_consent(person: Person, research: bool) -> None:
    """Agree to research, or no longer."""
    with recorded(person, Kind.CONSENT_CHANGED) as act:
        act.locked(person)
        person.research_consent = research
        act.about(person, research=int(research))

"""New accounts: residents join, administrators and the command line create accounts."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.models import Institution, OfficeAccount, Person, PersonKey
from deliberate.operations.accounts.devices import create_device
from deliberate.operations.accounts.email_addresses import (
    request_email_confirmation,
    require_email_address,
)
from deliberate.operations.accounts.passphrases import hash_passphrase
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import may_set_up
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line, name_key
from deliberate.vocabulary import AccountClass, Role
from deliberate.vocabulary.events.accounts import PersonJoined

_RESERVED_NAMES = frozenset(
    map(name_key, ("Admin", "Administrator", "Moderator", "Petugas", "Deliberate", "Sistem"))
)


SIGN_IN_NAME, DISPLAY_NAME = "sign_in_name", "display_name"


class NameTaken(ValueError):
    """Another account has this sign-in name, or a display name that looks the same.

    `field` is SIGN_IN_NAME or DISPLAY_NAME.
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
    account_class: AccountClass = AccountClass.PERSON,
    context: RequestContext = NO_REQUEST,
) -> Person:
    """Create a resident's account; the form has the agreement to the terms.

    Nobody can sign in to an account without a passphrase, such as those of the demo city. Raises
    NameTaken, and Refused for a weak passphrase or an invalid address.
    """
    require_email_address(email)
    person = new_person(sign_in_name, display_name, passphrase)
    person.email, person.area, person.language = email, area, context.language
    person.account_class = account_class
    return add_person(person, by=None, context=context)


def join_and_sign_in(
    sign_in_name: str,
    display_name: str,
    passphrase: str,
    *,
    email: str | None = None,
    area: str = "",
    agent: str = "",
    context: RequestContext = NO_REQUEST,
) -> tuple[Person, str]:
    """Create a resident's account and a device for it; return the account and the token."""
    person = join(sign_in_name, display_name, passphrase, email=email, area=area, context=context)
    return person, create_device(person, agent)


def create_account(
    by: Person | None,
    sign_in_name: str,
    display_name: str,
    passphrase: str | None,
    role: Role,
    institution: Institution | None = None,
    *,
    context: RequestContext = NO_REQUEST,
) -> Person:
    """Create an account with a role, as an administrator or on the command line (`by` None).

    Raises NameTaken, and Refused for a weak passphrase.
    """
    if by is not None:
        require(may_set_up(by))
    person = new_person(sign_in_name, display_name, passphrase)
    person.role = role
    person.institution_id = institution.id if institution else None
    return add_person(person, by=by, context=context)


def new_person(sign_in_name: str | None, display_name: str, passphrase: str | None) -> Person:
    """Return an account that is not saved. Raises NameTaken, and Refused for a weak passphrase."""
    if passphrase is not None and (
        problem := passphrase_problem(passphrase, sign_in_name or "", display_name)
    ):
        raise Refused(problem)
    person = Person(
        sign_in_name=None if sign_in_name is None else clean_line(sign_in_name).casefold(),
        display_name=clean_line(display_name),
    )
    with db.session.no_autoflush:  # before the hash, which takes 64 MiB, and outside an act
        require_free_name(db.session(), person)
    person.passphrase_hash = None if passphrase is None else hash_passphrase(passphrase)
    person.key = PersonKey.new()
    return person


def add_person(
    person: Person,
    by: Person | None,
    context: RequestContext,
    office_account: OfficeAccount | None = None,
) -> Person:
    """Save a new account, as its owner or (by) an administrator. Raises NameTaken."""
    clerk = context.clerk.actor_id if context.clerk else None
    try:
        with recorded(by or person, PersonJoined, context) as act:
            require_free_name(act.session, person)
            act.session.add(person)
            if office_account is not None:
                act.session.add(office_account)
            request_email_confirmation(act, person)
            act.about(person, terms=1, clerk=clerk)
    except IntegrityError as error:  # another account took the name at the same moment
        raise NameTaken(SIGN_IN_NAME) from error
    return person


def require_free_name(session: Session, person: Person) -> None:
    """Raise NameTaken if another account has the sign-in name or a display name that looks alike.

    Names that look like an institution, the platform or its staff are taken too.
    """
    is_taken = Person.name_key == person.name_key
    if person.sign_in_name is not None:
        is_taken |= Person.sign_in_name == person.sign_in_name
    others = select(Person.sign_in_name).where(is_taken)
    if person.id is not None:
        others = others.where(Person.id != person.id)
    with session.no_autoflush:
        taken = session.scalars(others.limit(2)).all()
    if person.sign_in_name is not None and person.sign_in_name in taken:
        raise NameTaken(SIGN_IN_NAME)
    if taken or _is_reserved(session, person.name_key):
        raise NameTaken(DISPLAY_NAME)


def _is_reserved(session: Session, key: str) -> bool:
    names = session.execute(select(Institution.name, Institution.name_en)).all()
    official = {name_key(name) for pair in names for name in pair if name}
    return key in official | _RESERVED_NAMES

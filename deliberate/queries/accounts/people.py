"""Accounts by id and by sign-in name."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person
from deliberate.vocabulary import Role


def get_person_by_sign_in_name(sign_in_name: str) -> Person | None:
    """Return the account with a sign-in name, in any case."""
    return db.session.scalar(select(Person).where(Person.sign_in_name == sign_in_name.casefold()))


def has_accounts() -> bool:
    """Return whether there is any account."""
    return db.session.scalar(select(Person.id).limit(1)) is not None


def get_person(person_id: int) -> Person | None:
    """Return an account by its id."""
    return db.session.get(Person, person_id)


def placeholder_resident() -> Person:
    """Return a resident who does not exist, outside the database; pages for many are its own."""
    return Person(id=0, role=Role.RESIDENT, display_name="", language="id", area="")

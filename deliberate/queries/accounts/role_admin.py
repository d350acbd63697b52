"""Accounts for administrators: those with a role, and search by name or id."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person
from deliberate.text import name_key, parse_whole_number
from deliberate.vocabulary import AccountClass, Role

PAGE_SIZE = 20


def list_people_with_roles(after: int | None = None) -> Sequence[Person]:
    """Return a page of accounts with a role, newest first, and one more if another page follows."""
    holders = select(Person).where(
        Person.role != Role.RESIDENT,
        Person.account_class != AccountClass.SYSTEM,
        Person.erased_at.is_(None),
    )
    if after is not None:
        holders = holders.where(Person.id < after)
    return db.session.scalars(holders.order_by(Person.id.desc()).limit(PAGE_SIZE + 1)).all()


def search_people(query: str) -> Sequence[Person]:
    """Return accounts with this id or sign-in name, or with a display name that looks alike."""
    person_id = parse_whole_number(query.removeprefix("#"))
    if person_id is not None:
        matches = Person.id == person_id
    else:
        matches = (Person.name_key == name_key(query)) | (Person.sign_in_name == query.casefold())
    people = select(Person).where(matches, Person.erased_at.is_(None))
    return db.session.scalars(people.order_by(Person.id).limit(PAGE_SIZE)).all()

"""What administrators read: who has which role, accounts by name or number."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person
from deliberate.text import name_key
from deliberate.vocabulary import AccountClass, Role

PAGE = 20


def people_with_roles(after: int | None = None) -> Sequence[Person]:
    """Living accounts that are more than a resident's, newest first, one more than a page."""
    holders = select(Person).where(
        Person.role != Role.RESIDENT,
        Person.account_class != AccountClass.SYSTEM,
        Person.erased_at.is_(None),
    )
    if after is not None:
        holders = holders.where(Person.id < after)
    return db.session.scalars(holders.order_by(Person.id.desc()).limit(PAGE + 1)).all()


def people_found(words: str) -> Sequence[Person]:
    """Living accounts with this number, this sign-in name, or a name that looks like this one."""
    number = words.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        here = Person.id == int(number)
    else:
        here = (Person.name_key == name_key(words)) | (Person.sign_in_name == words.casefold())
    living = select(Person).where(here, Person.erased_at.is_(None))
    return db.session.scalars(living.order_by(Person.id).limit(PAGE)).all()

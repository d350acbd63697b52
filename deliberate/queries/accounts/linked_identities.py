"""Accounts that sign in through another house."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import LinkedIdentity, Person


def get_person_by_public_id(mark: str) -> Person | None:
    """Whose account it is that the other house knows by this mark."""
    linked = select(Person).join(LinkedIdentity, LinkedIdentity.person_id == Person.id)
    return db.session.scalar(linked.where(LinkedIdentity.mark == mark))


def link_of(person: Person) -> LinkedIdentity | None:
    """Somebody's link to the other house."""
    return db.session.scalar(select(LinkedIdentity).where(LinkedIdentity.person_id == person.id))

"""Accounts that sign in through another house."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person, ProviderLink


def person_marked(mark: str) -> Person | None:
    """Whose account it is that the other house knows by this mark."""
    linked = select(Person).join(ProviderLink, ProviderLink.person_id == Person.id)
    return db.session.scalar(linked.where(ProviderLink.mark == mark))


def link_of(person: Person) -> ProviderLink | None:
    """Somebody's link to the other house."""
    return db.session.scalar(select(ProviderLink).where(ProviderLink.person_id == person.id))

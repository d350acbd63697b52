"""Identities of the OpenID Connect provider that are linked to accounts."""

from collections.abc import Collection

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import LinkedIdentity, Person


def get_person_by_subject_hashes(hashes: Collection[str]) -> Person | None:
    """Return the account linked to an identity of the provider, by its hash under any key."""
    linked = select(Person).join(LinkedIdentity, LinkedIdentity.person_id == Person.id)
    return db.session.scalar(linked.where(LinkedIdentity.subject_hash.in_(hashes)))


def get_linked_identity(person: Person) -> LinkedIdentity | None:
    """Return the identity linked to an account."""
    return db.session.scalar(select(LinkedIdentity).where(LinkedIdentity.person_id == person.id))

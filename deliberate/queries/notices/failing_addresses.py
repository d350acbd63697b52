"""Addresses that reject mails."""

from deliberate.database import db
from deliberate.models import FailingAddress, Person


def is_address_set_aside(person: Person) -> bool:
    """Return whether no mail is sent to the address of a person, because it rejects mails."""
    row = db.session.get(FailingAddress, person.id)
    return row is not None and row.set_aside_at is not None and row.address == person.email

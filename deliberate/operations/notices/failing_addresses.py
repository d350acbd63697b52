"""Addresses that reject mails: set aside after several permanent failures; not an act."""

from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import FailingAddress, Person

MAX_FAILURES = 3
"""The number of permanent failures after which no mail is sent to an address."""


def record_failure(person_id: int, address: str) -> None:
    """Count a permanent failure of an address; the last one sets it aside.

    An address that was set aside counts as unconfirmed: nothing is mailed to it until its owner
    gives it again or gives another one. A failure of an earlier address is ignored.
    """
    with unrecorded("failures of an address") as session:
        person = session.get(Person, person_id, with_for_update={"of": Person})
        if person is None or person.email != address:
            return
        row = _current_row(session, person_id, address)
        row.failures += 1
        row.failed_at = now()
        if row.failures >= MAX_FAILURES and row.set_aside_at is None:
            row.set_aside_at = now()
            person.email_confirmed_at = None


def _current_row(session: Session, person_id: int, address: str) -> FailingAddress:
    """Return the row of a person, begun again for a new address."""
    row = session.get(FailingAddress, person_id)
    if row is None:
        row = FailingAddress(person_id=person_id)
        session.add(row)
    if row.address != address:
        row.address, row.failures, row.set_aside_at = address, 0, None
    return row


def forget_failures(session: Session, person: Person) -> None:
    """Forget the failures of an address, because its owner gave an address."""
    row = session.get(FailingAddress, person.id)
    if row is not None:
        session.delete(row)

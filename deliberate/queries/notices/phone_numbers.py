"""Telephone numbers of people, and those that wait for their code."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Person, PhoneConfirmation, PhoneNumber
from deliberate.models.accounts.pending_request import PHONE_CODE_LIFETIME


def get_phone_number(person: Person) -> PhoneNumber | None:
    """Return the telephone number of a person."""
    return db.session.get(PhoneNumber, person.id)


def pending_phone_number(person: Person) -> PhoneConfirmation | None:
    """Return the number of a person that waits for its code."""
    with transient(write=False) as store:
        request = store.get(PhoneConfirmation, person.id)
    is_current = request is not None and request.requested_at > now() - PHONE_CODE_LIFETIME
    return request if is_current else None


def list_codes_to_send(limit: int) -> Sequence[PhoneConfirmation]:
    """Return the oldest requests of which the code was not sent yet."""
    with transient(write=False) as store:
        return store.scalars(
            select(PhoneConfirmation)
            .where(
                PhoneConfirmation.sent_at.is_(None),
                PhoneConfirmation.requested_at > now() - PHONE_CODE_LIFETIME,
            )
            .order_by(PhoneConfirmation.requested_at)
            .limit(limit)
        ).all()

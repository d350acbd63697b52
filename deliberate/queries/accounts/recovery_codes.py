"""Recovery codes of accounts."""

from datetime import timedelta

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import (
    Person,
    RecoveryCode,
)

FIRST_CODES_WITHIN = timedelta(hours=1)
"""How long after joining the first codes are shown without the passphrase."""


def count_recovery_codes(person: Person) -> int:
    """Return the number of unused recovery codes of an account."""
    own = select(func.count(RecoveryCode.code_hash)).where(RecoveryCode.person_id == person.id)
    with transient(write=False) as store:
        return store.scalar(own) or 0


def may_have_first_codes(person: Person) -> bool:
    """Return whether an account is new and has no codes yet, so that it needs no further proof."""
    is_new = now() - person.joined_at < FIRST_CODES_WITHIN
    return is_new and count_recovery_codes(person) == 0

"""Recovery codes of accounts."""

from sqlalchemy import func, select

from deliberate.database import transient
from deliberate.models import (
    Person,
    RecoveryCode,
)


def count_recovery_codes(person: Person) -> int:
    """Return the number of unused recovery codes of an account."""
    own = select(func.count(RecoveryCode.code_hash)).where(RecoveryCode.person_id == person.id)
    with transient(write=False) as store:
        return store.scalar(own) or 0

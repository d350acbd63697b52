"""Account recoveries at offices: pending ones, the active one of an account, account lookup."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import OfficeRecovery, Person
from deliberate.models.accounts.office_recovery import CODE_VALID_FOR, PENDING_FOR
from deliberate.text import clean_line, parse_whole_number

MAX_RECOVERIES = 20


def list_pending_recoveries(institution_id: int) -> Sequence[OfficeRecovery]:
    """Return recoveries that wait for a second officer of an institution, oldest first."""
    pending = select(OfficeRecovery).where(
        OfficeRecovery.institution_id == institution_id,
        OfficeRecovery.begun_at > now() - PENDING_FOR,
        OfficeRecovery.confirmed_at.is_(None),
        OfficeRecovery.stopped_at.is_(None),
    )
    return db.session.scalars(pending.order_by(OfficeRecovery.id).limit(MAX_RECOVERIES)).all()


def get_active_recovery(person: Person) -> OfficeRecovery | None:
    """Return the newest recovery of an account that is pending or has a valid code."""
    recent = select(OfficeRecovery).where(
        OfficeRecovery.person_id == person.id,
        OfficeRecovery.begun_at > now() - PENDING_FOR - CODE_VALID_FOR,
        OfficeRecovery.used_at.is_(None),
        OfficeRecovery.stopped_at.is_(None),
    )
    recoveries = db.session.scalars(recent.order_by(OfficeRecovery.id.desc()).limit(MAX_RECOVERIES))
    return next((r for r in recoveries if r.is_pending or r.has_valid_code), None)


def get_recovery(recovery_id: int) -> OfficeRecovery | None:
    """Return a recovery by its id."""
    return db.session.get(OfficeRecovery, recovery_id)


def find_account(identifier: str) -> Person | None:
    """Return the account with exactly this sign-in name, or this id after a `#`."""
    identifier = clean_line(identifier)[:80]
    person_id = parse_whole_number(identifier[1:]) if identifier.startswith("#") else None
    is_account = Person.id == person_id
    matches = Person.sign_in_name == identifier.casefold() if person_id is None else is_account
    return db.session.scalar(select(Person).where(matches, Person.erased_at.is_(None)))

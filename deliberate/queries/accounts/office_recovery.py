"""Help at an office as pages need it: what waits for a colleague, what is open for an account."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import OfficeRecovery, Person
from deliberate.models.accounts.office_recovery import BEGUN_LASTS, CODE_LASTS
from deliberate.text import clean_line

SHOWN = 20


def recoveries_waiting(institution_id: int) -> Sequence[OfficeRecovery]:
    """What waits for a second officer of an institution, oldest first."""
    waiting = select(OfficeRecovery).where(
        OfficeRecovery.institution_id == institution_id,
        OfficeRecovery.begun_at > now() - BEGUN_LASTS,
        OfficeRecovery.confirmed_at.is_(None),
        OfficeRecovery.stopped_at.is_(None),
    )
    return db.session.scalars(waiting.order_by(OfficeRecovery.id).limit(SHOWN)).all()


def recovery_of(person: Person) -> OfficeRecovery | None:
    """The help that is open for an account now, confirmed or not."""
    begun = select(OfficeRecovery).where(
        OfficeRecovery.person_id == person.id,
        OfficeRecovery.begun_at > now() - BEGUN_LASTS - CODE_LASTS,
        OfficeRecovery.used_at.is_(None),
        OfficeRecovery.stopped_at.is_(None),
    )
    found = db.session.scalars(begun.order_by(OfficeRecovery.id.desc()).limit(SHOWN))
    return next((one for one in found if one.waits or one.opens), None)


def recovery_numbered(number: int) -> OfficeRecovery | None:
    """One of them."""
    return db.session.get(OfficeRecovery, number)


def account_at_desk(words: str) -> Person | None:
    """The living account whose sign-in name somebody says, or its number; nothing is guessed."""
    said = clean_line(words)[:80]
    number = said.removeprefix("#")
    is_number = said.startswith("#") and number.isascii() and number.isdigit() and len(number) < 10
    here = Person.id == int(number) if is_number else Person.sign_in_name == said.casefold()
    return db.session.scalar(select(Person).where(here, Person.erased_at.is_(None)))

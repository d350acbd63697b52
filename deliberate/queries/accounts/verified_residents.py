"""Lists and codes that verify residents."""

from collections.abc import Sequence

from sqlalchemy import Row, Select, func, select

from deliberate.database import db
from deliberate.keys import keyed_hashes
from deliberate.models import Person, ResidentEntry, ResidentList

PAGE_SIZE = 20


def email_hashes(email: str) -> list[str]:
    """Return the keyed hashes of an e-mail address, equal in any case, the newest key's first."""
    return keyed_hashes("resident", f"resident\n{email.lower()}")


def entry_of_address(email: str) -> Select[ResidentEntry]:
    """Return the statement that selects the entry of an address, whichever key it is under."""
    return select(ResidentEntry).where(ResidentEntry.key.in_(email_hashes(email))).limit(1)


def is_on_resident_list(person: Person) -> bool:
    """Return whether the confirmed address of a person is on a list and unused."""
    if person.email_confirmed_at is None or not person.email:
        return False
    entry = db.session.scalar(entry_of_address(person.email))
    return entry is not None and not entry.is_used


def list_resident_lists(before: int | None = None) -> Sequence[Row[ResidentList, int]]:
    """Return a page of lists with their number of used entries, newest first, and one more."""
    used = (
        select(func.count())
        .select_from(ResidentEntry)
        .where(ResidentEntry.list_id == ResidentList.id, ResidentEntry.is_used)
        .scalar_subquery()
    )
    lists = select(ResidentList, used)
    if before is not None:
        lists = lists.where(ResidentList.id < before)
    return db.session.execute(lists.order_by(ResidentList.id.desc()).limit(PAGE_SIZE + 1)).all()

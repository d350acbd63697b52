"""Lists and codes that verify residents."""

import hashlib
import hmac
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import Row, func, select

from deliberate.database import db
from deliberate.models import Person, ResidentEntry, ResidentList

PAGE_SIZE = 20


def email_hash(email: str) -> str:
    """Return a keyed hash of an e-mail address, equal in any case."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"resident\n{email.lower()}".encode(), hashlib.sha256).hexdigest()


def is_on_resident_list(person: Person) -> bool:
    """Return whether the confirmed address of a person is on a list and unused."""
    if person.email_confirmed_at is None or not person.email:
        return False
    entry = db.session.get(ResidentEntry, email_hash(person.email))
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

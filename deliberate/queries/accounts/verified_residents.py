"""Lists and codes of residents as pages need them."""

import hashlib
import hmac
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import Row, func, select

from deliberate.database import db
from deliberate.models import Person, ResidentEntry, ResidentList

PAGE = 20


def address_key(address: str) -> str:
    """What is kept of an address on a list: equal for equal ones, worth nothing without our key."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"resident\n{address.lower()}".encode(), hashlib.sha256).hexdigest()


def is_listed(person: Person) -> bool:
    """Whether somebody's confirmed address is on a list and nobody was verified by it."""
    if person.email_confirmed_at is None or not person.email:
        return False
    entry = db.session.get(ResidentEntry, address_key(person.email))
    return entry is not None and not entry.is_used


def resident_lists(before: int | None = None) -> Sequence[Row[ResidentList, int]]:
    """Lists with how many of each were used, newest first, one more than a page."""
    used = (
        select(func.count())
        .select_from(ResidentEntry)
        .where(ResidentEntry.list_id == ResidentList.id, ResidentEntry.is_used)
        .scalar_subquery()
    )
    lists = select(ResidentList, used)
    if before is not None:
        lists = lists.where(ResidentList.id < before)
    return db.session.execute(lists.order_by(ResidentList.id.desc()).limit(PAGE + 1)).all()

"""Sanctions of accounts: the active one, earlier ones, and open appeals."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Select, bindparam, func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Person, Sanction
from deliberate.models.moderation.conditions import this_moment

PAGE_SIZE = 20

_ACTIVE_SANCTION = (
    select(Sanction)
    .where(
        Sanction.person_id == bindparam("person"),
        Sanction.ends_at > bindparam("moment"),
        Sanction.lifted_at.is_(None),
    )
    .order_by(Sanction.ends_at.desc())
    .limit(1)
)
"""Built once, because every act runs it."""


def limited_until(person_id: BindParameter[int]) -> Select[datetime]:
    """Return a statement of the moment until which a person is limited, null for no limit."""
    return select(func.max(Sanction.ends_at)).where(
        Sanction.person_id == person_id,
        Sanction.ends_at > this_moment(),
        Sanction.lifted_at.is_(None),
    )


def get_active_sanction(person: Person) -> Sanction | None:
    """Return the sanction that limits a person now; of several the one that ends last."""
    return db.session.scalar(_ACTIVE_SANCTION, {"person": person.id, "moment": now()})


def list_sanctions(person: Person) -> Sequence[Sanction]:
    """Return the newest sanctions of a person, newest first."""
    query = select(Sanction).where(Sanction.person_id == person.id)
    return db.session.scalars(query.order_by(Sanction.id.desc()).limit(PAGE_SIZE)).all()


def appealed_sanctions() -> Sequence[Sanction]:
    """Return sanctions with an open appeal, oldest appeal first."""
    query = select(Sanction).where(Sanction.appealed_at.is_not(None), Sanction.decided_at.is_(None))
    return db.session.scalars(query.order_by(Sanction.appealed_at).limit(PAGE_SIZE)).all()


def get_sanction(sanction_id: int) -> Sanction | None:
    """Return a sanction by its id, or None."""
    return db.session.get(Sanction, sanction_id)

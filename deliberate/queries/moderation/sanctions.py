"""Limits on accounts: the one that holds, those there were, appeals that wait."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Person, Sanction

PAGE = 20


def sanction_on(person: Person) -> Sanction | None:
    """What limits an account now; the one that ends last."""
    return db.session.scalar(_HOLDING, {"person": person.id, "moment": now()})


_HOLDING = (
    select(Sanction)
    .where(
        Sanction.person_id == bindparam("person"),
        Sanction.ends_at > bindparam("moment"),
        Sanction.lifted_at.is_(None),
    )
    .order_by(Sanction.ends_at.desc())
    .limit(1)
)
"""Built once: every act asks it."""


def sanctions_of(person: Person) -> Sequence[Sanction]:
    """Every limit an account had, newest first."""
    had = select(Sanction).where(Sanction.person_id == person.id)
    return db.session.scalars(had.order_by(Sanction.id.desc()).limit(PAGE)).all()


def sanctions_appealed() -> Sequence[Sanction]:
    """Limits with an appeal nobody has decided, oldest first."""
    waiting = select(Sanction).where(
        Sanction.appealed_at.is_not(None), Sanction.decided_at.is_(None)
    )
    return db.session.scalars(waiting.order_by(Sanction.appealed_at).limit(PAGE)).all()


def sanction_numbered(number: int) -> Sanction | None:
    """One limit."""
    return db.session.get(Sanction, number)

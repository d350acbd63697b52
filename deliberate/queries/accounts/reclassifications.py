"""Reclassifications of accounts: those that wait, those that apply, and how many apply."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select

from deliberate.database import db
from deliberate.models import Reclassification
from deliberate.vocabulary import AccountClass

MAX_SHOWN = 100


def get_reclassification(reclassification_id: int) -> Reclassification | None:
    """Return a reclassification by its id."""
    return db.session.get(Reclassification, reclassification_id)


def get_pending_reclassification(person_id: int) -> Reclassification | None:
    """Return the reclassification of an account that waits for a second administrator."""
    pending = select(Reclassification).where(
        Reclassification.person_id == person_id,
        Reclassification.confirmed_at.is_(None),
        Reclassification.dismissed_at.is_(None),
    )
    return db.session.scalar(pending.limit(1))


def get_applied_reclassification(person_id: int) -> Reclassification | None:
    """Return the reclassification that applies to an account, the one confirmed last."""
    confirmed = select(Reclassification).where(
        Reclassification.person_id == person_id, Reclassification.confirmed_at.is_not(None)
    )
    newest_first = confirmed.order_by(
        Reclassification.confirmed_at.desc(), Reclassification.id.desc()
    )
    return db.session.scalar(newest_first.limit(1))


def list_pending_reclassifications() -> Sequence[Reclassification]:
    """Return the reclassifications that wait for a second administrator, oldest first."""
    pending = select(Reclassification).where(
        Reclassification.confirmed_at.is_(None), Reclassification.dismissed_at.is_(None)
    )
    return db.session.scalars(pending.order_by(Reclassification.id).limit(MAX_SHOWN)).all()


def list_confirmed_reclassifications() -> Sequence[Reclassification]:
    """Return the confirmed reclassifications, newest first."""
    confirmed = select(Reclassification).where(Reclassification.confirmed_at.is_not(None))
    newest_first = confirmed.order_by(Reclassification.confirmed_at.desc())
    return db.session.scalars(newest_first.limit(MAX_SHOWN)).all()


def count_reclassified_accounts() -> Sequence[Row[tuple[AccountClass, str, int]]]:
    """Return class, reason and number of the accounts whose class two people changed."""
    rank = func.row_number().over(
        partition_by=Reclassification.person_id,
        order_by=(Reclassification.confirmed_at.desc(), Reclassification.id.desc()),
    )
    ranked = (
        select(Reclassification.account_class, Reclassification.reason, rank.label("newest"))
        .where(Reclassification.confirmed_at.is_not(None))
        .subquery()
    )
    kinds = (ranked.c.account_class, ranked.c.reason)
    counts = select(*kinds, func.count()).where(ranked.c.newest == 1).group_by(*kinds)
    return db.session.execute(counts.order_by(*kinds)).all()

"""What responses promised: due, late, fulfilled, dropped."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Commitment, Response

PAGE = 20


def commitments_by_state(
    state: str, institution_id: int | None = None, after: tuple[date, int] | None = None
) -> Sequence[Commitment]:
    """Commitments due, late, fulfilled or dropped, earliest date first; one more than a page."""
    statement = (
        _of_state(select(Commitment), state)
        .join(Commitment.response)
        .options(
            contains_eager(Commitment.response).joinedload(Response.proposal),
            joinedload(Commitment.institution),
        )
        .order_by(Commitment.due_on, Commitment.id)
        .limit(PAGE + 1)
    )
    if institution_id is not None:
        statement = statement.where(
            or_(
                Commitment.institution_id == institution_id,
                Commitment.institution_id.is_(None) & (Response.institution_id == institution_id),
            )
        )
    if after is not None:
        statement = statement.where(tuple_(Commitment.due_on, Commitment.id) > tuple_(*after))
    return db.session.scalars(statement).all()


def _of_state(statement: Select[Any], state: str) -> Select[Any]:
    if state == "fulfilled":
        return statement.where(Commitment.fulfilled_at.is_not(None))
    if state == "dropped":
        return statement.where(Commitment.dropped_at.is_not(None))
    is_open = Commitment.fulfilled_at.is_(None) & Commitment.dropped_at.is_(None)
    today = now().date()
    late = Commitment.due_on < today
    return statement.where(is_open, late if state == "late" else ~late)


def commitment_numbered(number: int) -> Commitment | None:
    """One commitment."""
    return db.session.get(Commitment, number)

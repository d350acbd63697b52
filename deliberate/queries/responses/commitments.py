"""Queries on the commitments of responses."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.database import db
from deliberate.days import Zone, local_today
from deliberate.models import Commitment, Process, Proposal, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.site.keyset_pagination import is_beyond

PAGE = 20


def step_title(state: str) -> str:
    """Return the title of a step of a commitment: updated, fulfilled or dropped."""
    titles: dict[str, str] = {
        "updated": _("Progress on a commitment"),
        "fulfilled": _("Commitment fulfilled"),
        "dropped": _("Commitment dropped"),
    }
    return titles[state]


def list_commitments(
    state: str, institution_id: int | None = None, after: tuple[date, int] | None = None
) -> Sequence[Commitment]:
    """Return a page of commitments in a state, earliest due date first, and one more.

    The state is due, late, fulfilled or dropped; `after` is date and id of the last one shown.
    """
    order = (Commitment.due_on, Commitment.id)
    statement = (
        _in_state(select(Commitment), state)
        .join(Commitment.response)
        .join(Response.proposal)
        .join(Proposal.process)
        .where(Proposal.visible_to(ANYONE), is_beyond(order, after))
        .options(
            contains_eager(Commitment.response)
            .contains_eager(Response.proposal)
            .contains_eager(Proposal.process),
            joinedload(Commitment.institution),
        )
        .order_by(*order)
        .limit(PAGE + 1)
    )
    if institution_id is not None:
        statement = statement.where(is_promised_by(institution_id))
    return db.session.scalars(statement).all()


def count_commitments(state: str, institution_id: int) -> int:
    """Return the number of commitments of an institution in a state, as list_commitments has it."""
    statement = _in_state(select(Commitment), state).with_only_columns(func.count(Commitment.id))
    statement = statement.join(Commitment.response).join(Response.proposal).join(Proposal.process)
    shown = is_promised_by(institution_id) & Proposal.visible_to(ANYONE)
    return db.session.scalar(statement.where(shown)) or 0


def is_promised_by(institution_id: int) -> ColumnElement[bool]:
    """Return the condition that an institution is named in a commitment, else in the response."""
    return or_(
        Commitment.institution_id == institution_id,
        Commitment.institution_id.is_(None) & (Response.institution_id == institution_id),
    )


def _in_state(statement: Select[Commitment], state: str) -> Select[Commitment]:
    if state == "fulfilled":
        return statement.where(Commitment.fulfilled_at.is_not(None))
    if state == "dropped":
        return statement.where(Commitment.dropped_at.is_not(None))
    is_open = Commitment.fulfilled_at.is_(None) & Commitment.dropped_at.is_(None)
    is_late = is_past_due()
    return statement.where(is_open, is_late if state == "late" else ~is_late)


def is_past_due() -> ColumnElement[bool]:
    """Return the condition that the day of a commitment is over in the zone of its process.

    The statement must be joined with the process.
    """
    zones = db.session.scalars(select(Process.timezone).distinct())
    return or_(
        false(),
        *(
            (Process.timezone == zone) & (Commitment.due_on < local_today(Zone(zone)))
            for zone in zones
        ),
    )


def get_commitment(commitment_id: int) -> Commitment | None:
    """Return a commitment by its id."""
    return db.session.get(Commitment, commitment_id)

"""The desk in numbers: institution by state, and what a month brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Case, Commitment, Institution, Proposal, Referral, Response
from deliberate.queries.responses.desk import soon
from deliberate.queries.responses.response_owner import asked_at, is_owed, joined_case


@dataclass(frozen=True)
class Line:
    """One institution's open cases by state."""

    institution: Institution | None
    waiting: int
    assigned: int
    in_work: int
    soon: int
    overdue: int


def matrix() -> list[Line]:
    """Open cases of every institution by state, by its name."""
    moment = now()
    asked = asked_at(moment)
    waiting = Case.assignee_id.is_(None) & Case.started_at.is_(None)
    states = (
        waiting | Case.id.is_(None),
        Case.assignee_id.is_not(None) & Case.started_at.is_(None),
        Case.started_at.is_not(None),
        (Proposal.due_at > moment) & (Proposal.due_at <= soon()),
        Proposal.due_at <= moment,
    )
    counts = [func.coalesce(func.sum(case((state, 1), else_=0)), 0) for state in states]
    statement = joined_case(select(asked.label("office"), *counts).select_from(Proposal))
    rows = db.session.execute(statement.where(is_owed()).group_by("office"))
    found = {row[0]: [int(count) for count in row[1:]] for row in rows}
    offices = db.session.scalars(select(Institution).order_by(Institution.name)).all()
    lines = [Line(office, *found.pop(office.id, [0] * 5)) for office in offices]
    return lines + [Line(None, *counts) for counts in found.values()]


@dataclass(frozen=True)
class Month:
    """What a month brought an institution, or all of them together."""

    first: date
    asked: int
    answered: int
    in_time: int
    open_at_end: int
    overdue_at_end: int
    referred_away: int
    referred_here: int
    promised: int
    fulfilled: int
    dropped: int
    responses: Sequence[Response]

    @property
    def before(self) -> str:
        """The month before, as addresses name it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(days=32):%Y-%m}"


NUMBERS = (
    "asked",
    "answered",
    "in_time",
    "open_at_end",
    "overdue_at_end",
    "referred_away",
    "referred_here",
    "promised",
    "fulfilled",
    "dropped",
)
"""The numbers of a month, in the order they are counted in."""


def month_named(written: str) -> date:
    """The first day of a month written 2026-11; of this month for anything else."""
    try:
        return datetime.strptime(written, "%Y-%m").date()
    except ValueError:
        return now().astimezone(_zone()).date().replace(day=1)


def _zone() -> ZoneInfo:
    settings: Settings = current_app.config["SETTINGS"]
    return ZoneInfo(settings.timezone)


def month_of(institution_id: int | None, first: date) -> Month:
    """What a month brought an institution (None: all)."""
    begin = datetime.combine(first, time(), _zone())
    end = datetime.combine((first + timedelta(days=32)).replace(day=1), time(), _zone())
    numbers = [
        *_count_asked(institution_id, begin, end),
        _referrals(Referral.from_id, institution_id, begin, end),
        _referrals(Referral.to_id, institution_id, begin, end),
        *_promises(institution_id, begin, end),
    ]
    named = dict(zip(NUMBERS, numbers, strict=True))
    return Month(first, responses=_answers(institution_id, begin, end), **named)


def _count_asked(office: int | None, begin: datetime, end: datetime) -> list[int]:
    until = min(end, now())
    answered = (Proposal.answered_at >= begin) & (Proposal.answered_at < end)
    is_open = (Proposal.qualified_at < until) & or_(
        Proposal.answered_at.is_(None), Proposal.answered_at >= until
    )
    states = (
        (Proposal.qualified_at >= begin) & (Proposal.qualified_at < end),
        answered,
        answered & (Proposal.answered_at < Proposal.due_at),
        is_open,
        is_open & (Proposal.due_at <= until),
    )
    counts = [func.coalesce(func.sum(case((state, 1), else_=0)), 0) for state in states]
    statement = joined_case(select(*counts).select_from(Proposal)).where(
        Proposal.qualified_at.is_not(None),
        Proposal.withdrawn_at.is_(None),
        Proposal.merged_into_id.is_(None),
        Proposal.hidden_at.is_(None),
    )
    if office is not None:
        statement = statement.where(asked_at(now()) == office)
    return [int(count) for count in db.session.execute(statement).one()]


def _referrals(
    side: InstrumentedAttribute[int | None], office: int | None, begin: datetime, end: datetime
) -> int:
    statement = select(func.count(Referral.id)).where(
        Referral.referred_at >= begin, Referral.referred_at < end
    )
    if office is not None:
        statement = statement.where(side == office)
    return db.session.scalar(statement) or 0


def _promises(office: int | None, begin: datetime, end: datetime) -> list[int]:
    moments = (Response.published_at, Commitment.fulfilled_at, Commitment.dropped_at)
    counts = [
        func.coalesce(func.sum(case(((at >= begin) & (at < end), 1), else_=0)), 0) for at in moments
    ]
    statement = select(*counts).select_from(Commitment).join(Commitment.response)
    if office is not None:
        statement = statement.where(Commitment.institution_id == office)
    return [int(count) for count in db.session.execute(statement).one()]


def _answers(office: int | None, begin: datetime, end: datetime) -> Sequence[Response]:
    statement = (
        select(Response)
        .join(Response.proposal)
        .where(
            Response.published_at >= begin,
            Response.published_at < end,
            Proposal.hidden_at.is_(None),
        )
        .options(
            contains_eager(Response.proposal).joinedload(Proposal.process),
            joinedload(Response.institution),
        )
        .order_by(Response.published_at, Response.id)
        .limit(500)
    )
    if office is not None:
        statement = statement.where(Response.institution_id == office)
    return db.session.scalars(statement).all()

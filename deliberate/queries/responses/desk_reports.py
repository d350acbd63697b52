"""Reports of the desk: open cases by institution and state, and the figures of a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import local_today, parse_day, site, start_of_day
from deliberate.models import Case, Commitment, Institution, Proposal, Referral, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.responses.commitments import is_promised_by
from deliberate.queries.responses.desk import is_due_soon
from deliberate.queries.responses.institutions import list_institutions
from deliberate.queries.responses.response_owner import join_case, owner_id_at, response_is_owed

"""The years of which there are reports."""


@dataclass(frozen=True)
class CaseMatrixRow:
    """The open cases of an institution by state; None for cases without an institution."""

    institution: Institution | None
    waiting: int
    assigned: int
    in_work: int
    due_soon: int
    overdue: int


def list_case_matrix() -> list[CaseMatrixRow]:
    """Return the open cases of every institution by state, ordered by name."""
    moment = now()
    is_waiting = Case.assignee_id.is_(None) & Case.started_at.is_(None)
    conditions = (
        is_waiting | Case.id.is_(None),
        Case.assignee_id.is_not(None) & Case.started_at.is_(None),
        Case.started_at.is_not(None),
        is_due_soon(),
        Proposal.due_at <= moment,
    )
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions]
    owner_id = owner_id_at(moment).label("owner_id")
    statement = join_case(select(owner_id, *sums).select_from(Proposal))
    rows = db.session.execute(statement.where(response_is_owed()).group_by("owner_id"))
    counts = {row[0]: [int(count) for count in row[1:]] for row in rows}
    matrix = [
        CaseMatrixRow(institution, *counts.pop(institution.id, [0] * 5))
        for institution in list_institutions()
    ]
    return matrix + [CaseMatrixRow(None, *unowned) for unowned in counts.values()]


@dataclass(frozen=True)
class MonthlyReport:
    """The cases, referrals, commitments and responses of a month."""

    first_day: date
    new_cases: int
    answered: int
    answered_in_time: int
    open_at_end: int
    overdue_at_end: int
    referrals_sent: int
    referrals_received: int
    commitments_made: int
    commitments_fulfilled: int
    commitments_dropped: int
    responses: Sequence[Response]

    @property
    def previous_month(self) -> str:
        """Return the month before as YYYY-MM."""
        return f"{self.first_day - timedelta(days=1):%Y-%m}"

    @property
    def next_month(self) -> str:
        """Return the month after as YYYY-MM."""
        return f"{self.first_day + timedelta(days=32):%Y-%m}"


def parse_month(month: str) -> date:
    """Return the first day of a month given as YYYY-MM, of this month if it is invalid."""
    return parse_day(f"{month}-01") or local_today(site()).replace(day=1)


def get_monthly_report(institution_id: int | None, first_day: date) -> MonthlyReport:
    """Return the report of an institution (None: of all) on the month that begins on a day."""
    begin = start_of_day(site(), first_day)
    end = start_of_day(site(), (first_day + timedelta(days=32)).replace(day=1))
    return MonthlyReport(
        first_day,
        *_count_cases(institution_id, begin, end),
        _count_referrals(Referral.from_id, institution_id, begin, end),
        _count_referrals(Referral.to_id, institution_id, begin, end),
        *_count_commitments(institution_id, begin, end),
        _published_responses(institution_id, begin, end),
    )


def _case_conditions(begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return when a case is new, answered, answered in time, still open and overdue."""
    until = min(end, now())
    is_answered = (Proposal.answered_at >= begin) & (Proposal.answered_at < end)
    is_open = (Proposal.qualified_at < until) & or_(
        Proposal.answered_at.is_(None), Proposal.answered_at >= until
    )
    return (
        (Proposal.qualified_at >= begin) & (Proposal.qualified_at < end),
        is_answered,
        is_answered & (Proposal.answered_at < Proposal.due_at),
        is_open,
        is_open & (Proposal.due_at <= until),
    )


def _count_cases(
    institution_id: int | None, begin: datetime, end: datetime
) -> tuple[int, int, int, int, int]:
    conditions = _case_conditions(begin, end)
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions]
    statement = join_case(select(*sums).select_from(Proposal)).where(
        Proposal.qualified_at.is_not(None),
        Proposal.active(),
    )
    if institution_id is not None:
        statement = statement.where(owner_id_at(now()) == institution_id)
    new, answered, in_time, still_open, overdue = map(int, db.session.execute(statement).one())
    return new, answered, in_time, still_open, overdue


def _count_referrals(
    side: InstrumentedAttribute[int | None],
    institution_id: int | None,
    begin: datetime,
    end: datetime,
) -> int:
    statement = select(func.count(Referral.id)).where(
        Referral.referred_at >= begin, Referral.referred_at < end
    )
    if institution_id is not None:
        statement = statement.where(side == institution_id)
    return db.session.scalar(statement) or 0


def _count_commitments(
    institution_id: int | None, begin: datetime, end: datetime
) -> tuple[int, int, int]:
    columns = (Response.published_at, Commitment.fulfilled_at, Commitment.dropped_at)
    sums = [
        func.coalesce(func.sum(case(((column >= begin) & (column < end), 1), else_=0)), 0)
        for column in columns
    ]
    statement = select(*sums).select_from(Commitment).join(Commitment.response)
    if institution_id is not None:
        statement = statement.where(is_promised_by(institution_id))
    made, fulfilled, dropped = map(int, db.session.execute(statement).one())
    return made, fulfilled, dropped


def _published_responses(
    institution_id: int | None, begin: datetime, end: datetime
) -> Sequence[Response]:
    statement = (
        select(Response)
        .join(Response.proposal)
        .where(
            Response.published_at >= begin,
            Response.published_at < end,
            Proposal.visible_to(ANYONE),
        )
        .options(
            contains_eager(Response.proposal).joinedload(Proposal.process),
            joinedload(Response.institution),
        )
        .order_by(Response.published_at, Response.id)
        .limit(500)
    )
    if institution_id is not None:
        statement = statement.where(Response.institution_id == institution_id)
    return db.session.scalars(statement).all()

"""Queries for the home page: what closes soon, new and pending responses, this month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import Place, local_today, start_of_day
from deliberate.models import Person, Phase, Poll, Process, Proposal, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.processes.working_days import working_days_elapsed
from deliberate.queries.responses.response_owner import response_is_owed
from deliberate.vocabulary import AccountClass, Role

LIST_SIZE = 3
MAX_CARDS = 6
MAX_RESPONSES = 2000
"""The number of responses in the median of a month; enough where there are more."""


@dataclass(frozen=True)
class ClosingItem:
    """A poll or a phase of a process that closes at a moment."""

    closes_at: datetime
    poll: Poll | None = None
    phase: Phase | None = None

    @property
    def process_id(self) -> int | None:
        """Return the process in which it closes."""
        subject = self.poll or self.phase
        return subject.process_id if subject else None


def list_closing_soon() -> list[ClosingItem]:
    """Return the three polls and phases of open processes that close next."""
    moment = now()
    polls = db.session.scalars(
        select(Poll)
        .where(Poll.opens_at <= moment, Poll.closes_at > moment)
        .options(joinedload(Poll.process))
        .order_by(Poll.closes_at, Poll.id)
        .limit(LIST_SIZE)
    )
    phases = db.session.scalars(
        select(Phase)
        .join(Phase.process)
        .where(Phase.opens_at <= moment, Phase.closes_at > moment, _is_open())
        .options(joinedload(Phase.process))
        .order_by(Phase.closes_at, Phase.id)
        .limit(LIST_SIZE)
    )
    items = [ClosingItem(poll.closes_at, poll=poll) for poll in polls]
    items += [ClosingItem(phase.closes_at, phase=phase) for phase in phases]
    return sorted(items, key=lambda item: item.closes_at)[:LIST_SIZE]


def _is_open() -> ColumnElement[bool]:
    return Process.visible_to(ANYONE) & Process.closed_at.is_(None)


def list_newest_responses() -> Sequence[Response]:
    """Return the three newest final responses to visible proposals, with their institutions."""
    return db.session.scalars(
        select(Response)
        .join(Response.proposal)
        .where(Proposal.text_visible_to(ANYONE), Response.final())
        .options(
            joinedload(Response.proposal).joinedload(Proposal.process),
            joinedload(Response.institution),
        )
        .order_by(Response.published_at.desc(), Response.id.desc())
        .limit(LIST_SIZE)
    ).all()


def list_longest_waiting() -> Sequence[Proposal]:
    """Return the three proposals whose response has been owed for the longest time.

    The duty outlasts the process, unless the process was imported.
    """
    return db.session.scalars(
        select(Proposal)
        .join(Proposal.process)
        .where(
            response_is_owed(),
            or_(_is_open(), Process.source.is_(None)),
        )
        .options(joinedload(Proposal.process))
        .order_by(Proposal.qualified_at, Proposal.id)
        .limit(LIST_SIZE)
    ).all()


@dataclass(frozen=True)
class MonthFigures:
    """The responses of this month: how many were due and answered, and the median wait."""

    due: int
    answered: int
    median_days: int | None
    """Median working days from the threshold to the response; None without a response."""


def get_month_figures(place: Place) -> MonthFigures:
    """Return the figures of the current calendar month of a place.

    A deadline is the moment after its last day, so that of the last of a month is its end. A
    proposal that was withdrawn, merged or hidden without a response is not due.
    """
    begins, ends = _month_bounds(place)
    is_listed = Proposal.active() | Proposal.answered_at.is_not(None)
    is_due = (Proposal.due_at > begins) & (Proposal.due_at <= ends) & is_listed
    due, answered = db.session.execute(
        select(func.count(Proposal.id), func.count(Proposal.answered_at)).where(
            is_due, Proposal.visible_to(ANYONE)
        )
    ).one()
    days = _days_to_response(begins)
    return MonthFigures(due, answered, round(median(days)) if days else None)


def _days_to_response(since: datetime) -> list[int]:
    """Return the working days from the threshold to the response, of responses since a moment."""
    proposals = db.session.scalars(
        select(Proposal)
        .where(Proposal.answered_at >= since, Proposal.qualified_at.is_not(None))
        .options(joinedload(Proposal.process))
        .order_by(Proposal.answered_at.desc())
        .limit(MAX_RESPONSES)
    )
    return [
        working_days_elapsed(row.process, row.qualified_at, row.answered_at)
        for row in proposals
        if row.qualified_at and row.answered_at
    ]


def _month_bounds(place: Place) -> tuple[datetime, datetime]:
    first_day = local_today(place).replace(day=1)
    next_month = (first_day + timedelta(days=32)).replace(day=1)
    return start_of_day(place, first_day), start_of_day(place, next_month)


@dataclass(frozen=True)
class SiteFigures:
    """The three numbers of the home page."""

    answered: int
    waiting: int
    residents: int
    """Residents with an account, without organisations."""


def get_site_figures() -> SiteFigures:
    """Return the numbers of answered and waiting proposals, and of residents, in one statement."""
    proposals = select(func.count(Proposal.id)).where(Proposal.visible_to(ANYONE))
    residents = select(func.count(Person.id)).where(
        Person.role == Role.RESIDENT,
        Person.account_class == AccountClass.PERSON,
        Person.erased_at.is_(None),
    )
    row = db.session.execute(
        select(
            proposals.where(Proposal.answered_at.is_not(None)).scalar_subquery(),
            proposals.where(response_is_owed()).scalar_subquery(),
            residents.scalar_subquery(),
        )
    ).one()
    return SiteFigures(*row)


def list_open_processes() -> Sequence[Process]:
    """Return the open processes that were opened last, with their phases."""
    return db.session.scalars(
        select(Process)
        .where(_is_open())
        .options(selectinload(Process.phases))
        .order_by(Process.opened_at.desc(), Process.id.desc())
        .limit(MAX_CARDS)
    ).all()

"""The front page: what closes soon, what was just answered, what waits longest, and this month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Phase, Poll, Process, Proposal, Response
from deliberate.queries.processes.working_days import days_used

SHORT = 3
MOST = 2000
"""Responses a month's figures look at; a platform with more needs no exact median."""


@dataclass(frozen=True)
class Closing:
    """Something that can be done until a moment: a poll to vote in, or a phase of a process."""

    closes_at: datetime
    poll: Poll | None = None
    phase: Phase | None = None


def closing_soon() -> list[Closing]:
    """The three polls and phases of open processes that close next."""
    moment = now()
    polls = db.session.scalars(
        select(Poll)
        .where(Poll.opens_at <= moment, Poll.closes_at > moment)
        .order_by(Poll.closes_at, Poll.id)
        .limit(SHORT)
    )
    phases = db.session.scalars(
        select(Phase)
        .join(Phase.process)
        .where(Phase.opens_at <= moment, Phase.closes_at > moment, _is_open())
        .options(joinedload(Phase.process))
        .order_by(Phase.closes_at, Phase.id)
        .limit(SHORT)
    )
    found = [Closing(poll.closes_at, poll=poll) for poll in polls]
    found += [Closing(phase.closes_at, phase=phase) for phase in phases]
    return sorted(found, key=lambda closing: closing.closes_at)[:SHORT]


def _is_open() -> ColumnElement[bool]:
    return Process.opened_at.is_not(None) & Process.closed_at.is_(None)


def just_answered() -> Sequence[Response]:
    """The three newest official responses to proposals that stand, with proposal and office."""
    return db.session.scalars(
        select(Response)
        .join(Response.proposal)
        .where(Proposal.hidden_at.is_(None), Proposal.withdrawn_at.is_(None))
        .options(joinedload(Response.proposal), joinedload(Response.institution))
        .order_by(Response.published_at.desc(), Response.id.desc())
        .limit(SHORT)
    ).all()


def waiting_longest() -> Sequence[Proposal]:
    """The three proposals whose response has been owed for the longest time."""
    return db.session.scalars(
        select(Proposal)
        .join(Proposal.process)
        .where(
            Proposal.qualified_at.is_not(None),
            Proposal.answered_at.is_(None),
            Proposal.hidden_at.is_(None),
            Proposal.withdrawn_at.is_(None),
            Proposal.merged_into_id.is_(None),
            _is_open(),
        )
        .options(joinedload(Proposal.process), joinedload(Proposal.institution))
        .order_by(Proposal.qualified_at, Proposal.id)
        .limit(SHORT)
    ).all()


@dataclass(frozen=True)
class Month:
    """This month's responses: given of those due in it, and how long an answer took."""

    due: int
    given: int
    median_days: int | None
    """Median working days from the threshold to the response; None where none was given."""


def this_month(timezone: str) -> Month:
    """The figures of the calendar month in the site's zone."""
    begins, ends = _month(timezone)
    due_now = (Proposal.due_at >= begins) & (Proposal.due_at < ends) & Proposal.hidden_at.is_(None)
    due, given = db.session.execute(
        select(func.count(Proposal.id), func.count(Proposal.answered_at)).where(due_now)
    ).one()
    answered = db.session.scalars(
        select(Proposal)
        .where(Proposal.answered_at >= begins, Proposal.qualified_at.is_not(None))
        .options(joinedload(Proposal.process))
        .order_by(Proposal.answered_at.desc())
        .limit(MOST)
    )
    days = [
        days_used(found.process, found.qualified_at, found.answered_at)
        for found in answered
        if found.qualified_at and found.answered_at
    ]
    return Month(due, given, round(median(days)) if days else None)


def _month(timezone: str) -> tuple[datetime, datetime]:
    there = now().astimezone(ZoneInfo(timezone))
    begins = there.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = begins.replace(year=begins.year + begins.month // 12, month=begins.month % 12 + 1)
    return begins, following


def newest_open_process() -> Process | None:
    """The open process begun last, for its phases."""
    return db.session.scalar(
        select(Process)
        .where(_is_open())
        .options(selectinload(Process.phases))
        .order_by(Process.opened_at.desc(), Process.id.desc())
        .limit(1)
    )

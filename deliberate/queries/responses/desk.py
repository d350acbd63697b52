"""Queries for the desk of an institution: open cases, counts, referrals, colleagues and notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, false, func, literal, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import UtcDateTime, db
from deliberate.models import (
    Case,
    CaseNote,
    Person,
    Process,
    Proposal,
    Referral,
)
from deliberate.queries.processes.working_days import deadline_after, working_days_left
from deliberate.queries.responses.commitments import count_commitments
from deliberate.queries.responses.response_owner import join_case, owner_id_at, response_is_owed
from deliberate.queries.site.keyset_pagination import is_beyond
from deliberate.vocabulary import Role

PAGE = 20
SOON_DAYS = 3
"""Working days before the deadline in which a response counts as due soon."""


@dataclass(frozen=True)
class QueueRow:
    """An open case in the queue of a desk."""

    proposal: Proposal
    case: Case | None
    referral: Referral | None
    days_left: int | None
    owner_id: int | None

    @property
    def state(self) -> str:
        """Return the state of the case: waiting, assigned or in_work."""
        return self.case.state() if self.case else "waiting"


@dataclass(frozen=True)
class DeskCounts:
    """The numbers at the top of a desk."""

    open_cases: int
    due_soon: int
    overdue: int
    commitments_due: int
    commitments_late: int
    pending_referrals: int


def list_open_cases(
    institution_id: int | None,
    *,
    state: str = "",
    assignee_id: int | None = None,
    topic: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[QueueRow]:
    """Return the open cases of an institution (None: of all), oldest deadline first.

    One row more than `limit` is returned where there is one; `after` is deadline and id of the
    last proposal shown.
    """
    owner_id, order = owner_id_at(now()), (Proposal.due_at, Proposal.id)
    statement = (
        join_case(select(Proposal, Case, Referral, owner_id).select_from(Proposal))
        .where(response_is_owed(), *_queue_filters(state, assignee_id, topic))
        .where(is_beyond(order, after))
        .options(joinedload(Proposal.process))
        .order_by(*order)
        .limit(limit + 1)
    )
    if institution_id is not None:
        statement = statement.where(owner_id == institution_id)
    return [_queue_row(*row) for row in db.session.execute(statement)]


def _queue_row(
    proposal: Proposal, open_case: Case | None, referral: Referral | None, owner_id: int | None
) -> QueueRow:
    days_left = working_days_left(proposal.process, proposal.due_at) if proposal.due_at else None
    return QueueRow(proposal, open_case, referral, days_left, owner_id)


def _queue_filters(state: str, assignee_id: int | None, topic: str) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if state in _STATE_FILTERS:
        filters.append(_STATE_FILTERS[state])
    if state == "overdue":
        filters.append(Proposal.due_at <= now())
    if assignee_id is not None:
        filters.append(Case.assignee_id == assignee_id)
    if topic:
        filters.append(Proposal.topic == topic)
    return filters


_STATE_FILTERS: dict[str, ColumnElement[bool]] = {
    "waiting": Case.assignee_id.is_(None) & Case.started_at.is_(None),
    "assigned": Case.assignee_id.is_not(None) & Case.started_at.is_(None),
    "in_work": Case.started_at.is_not(None),
}


def is_due_soon() -> ColumnElement[bool]:
    """Return the condition that the last day of a deadline is among the next working days.

    They are counted by the time zone and the days off of each process. Most have both in common.
    """
    moment = now()
    ids_by_end: dict[datetime, list[int]] = {}
    for process in db.session.scalars(select(Process).where(Process.opened_at.is_not(None))):
        ids_by_end.setdefault(deadline_after(process, moment, SOON_DAYS), []).append(process.id)
    ends = sorted(ids_by_end, key=lambda end: len(ids_by_end[end]))
    if not ends:
        return false()
    *rare, usual = [literal(end, UtcDateTime()) for end in ends]
    is_rare = [Proposal.process_id.in_(ids_by_end[end]) for end in ends[:-1]]
    until = case(*zip(is_rare, rare, strict=True), else_=usual) if rare else usual
    return (Proposal.due_at > moment) & (Proposal.due_at <= until)


def get_desk_counts(institution_id: int) -> DeskCounts:
    """Return the number of open cases, commitments and referrals of an institution."""
    moment = now()
    statement = join_case(
        select(
            func.count(Proposal.id),
            func.sum(case((is_due_soon(), 1), else_=0)),
            func.sum(case((Proposal.due_at <= moment, 1), else_=0)),
        ).select_from(Proposal)
    ).where(response_is_owed(), owner_id_at(moment) == institution_id)
    open_cases, due_soon, overdue = db.session.execute(statement).one()
    return DeskCounts(
        open_cases,
        due_soon or 0,
        overdue or 0,
        count_commitments("due", institution_id),
        count_commitments("late", institution_id),
        len(list_pending_referrals(institution_id)),
    )


def list_pending_referrals(institution_id: int) -> Sequence[Referral]:
    """Return the referrals that an institution can still accept, the next to expire first."""
    return db.session.scalars(
        select(Referral)
        .join(Case, Case.pending_referral_id == Referral.id)
        .join(Referral.proposal)
        .where(Referral.to_id == institution_id, Referral.accept_by > now(), response_is_owed())
        .options(
            joinedload(Referral.proposal).joinedload(Proposal.process),
            joinedload(Referral.from_institution),
        )
        .order_by(Referral.accept_by, Referral.id)
        .limit(PAGE)
    ).all()


def list_staff(institution_id: int | None) -> Sequence[Person]:
    """Return the staff of an institution, ordered by name."""
    return db.session.scalars(
        select(Person)
        .where(
            Person.institution_id == institution_id,
            Person.role == Role.STAFF,
            Person.erased_at.is_(None),
        )
        .order_by(Person.display_name)
    ).all()


def list_case_notes(case_id: int) -> Sequence[CaseNote]:
    """Return the notes on a case, newest first."""
    return db.session.scalars(
        select(CaseNote)
        .where(CaseNote.case_id == case_id)
        .options(joinedload(CaseNote.author))
        .order_by(CaseNote.id.desc())
        .limit(50)
    ).all()

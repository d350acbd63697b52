"""The desk: what an institution owes, ordered by the working days left, and who works on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Case, CaseNote, Commitment, Person, Proposal, Referral, Response
from deliberate.queries.processes.working_days import add_working_days, working_days_left
from deliberate.queries.responses.response_owner import asked_at, is_owed, joined_case
from deliberate.vocabulary import Role

PAGE = 20
SOON = 3


@dataclass(frozen=True)
class QueueRow:
    """A case in a desk's queue."""

    proposal: Proposal
    case: Case | None
    referral: Referral | None
    days: int | None
    asked_id: int | None

    @property
    def state(self) -> str:
        """Waiting, assigned or in work."""
        return self.case.state() if self.case else "waiting"


@dataclass(frozen=True)
class DeskCounts:
    """The numbers on top of a desk."""

    waiting: int
    soon: int
    overdue: int
    commitments: int
    offered: int


def queue_of(
    institution_id: int | None,
    *,
    state: str = "",
    assignee_id: int | None = None,
    process_id: int | None = None,
    topic: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[QueueRow]:
    """Cases an institution owes (None: all), fewest days left first; one more than a page."""
    asked = asked_at(now())
    statement = (
        joined_case(select(Proposal, Case, Referral, asked).select_from(Proposal))
        .where(is_owed(), *_narrowed(state, assignee_id, process_id, topic))
        .options(joinedload(Proposal.process))
        .order_by(Proposal.due_at, Proposal.id)
        .limit(limit + 1)
    )
    if institution_id is not None:
        statement = statement.where(asked == institution_id)
    if after is not None:
        statement = statement.where(tuple_(Proposal.due_at, Proposal.id) > tuple_(*after))
    return [_row(*row) for row in db.session.execute(statement)]


def _row(
    proposal: Proposal, found: Case | None, referral: Referral | None, asked: int | None
) -> QueueRow:
    left = working_days_left(proposal.process, proposal.due_at) if proposal.due_at else None
    return QueueRow(proposal, found, referral, left, asked)


def _narrowed(
    state: str, assignee_id: int | None, process_id: int | None, topic: str
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if state in _STATES:
        wanted.append(_STATES[state])
    if state == "overdue":
        wanted.append(Proposal.due_at <= now())
    if assignee_id is not None:
        wanted.append(Case.assignee_id == assignee_id)
    if process_id is not None:
        wanted.append(Proposal.process_id == process_id)
    if topic:
        wanted.append(Proposal.topic == topic)
    return wanted


_STATES: dict[str, ColumnElement[bool]] = {
    "waiting": Case.assignee_id.is_(None) & Case.started_at.is_(None),
    "assigned": Case.assignee_id.is_not(None) & Case.started_at.is_(None),
    "in_work": Case.started_at.is_not(None),
}


def soon() -> datetime:
    """The moment until which what is due is due soon."""
    return now() + (add_working_days(now().date(), SOON) - now().date()) + timedelta(hours=12)


def desk_counts(institution_id: int) -> DeskCounts:
    """What an institution owes, at a glance."""
    moment = now()
    asked = asked_at(moment)
    near = (Proposal.due_at > moment) & (Proposal.due_at <= soon())
    statement = joined_case(
        select(
            func.count(Proposal.id),
            func.sum(case((near, 1), else_=0)),
            func.sum(case((Proposal.due_at <= moment, 1), else_=0)),
        ).select_from(Proposal)
    ).where(is_owed(), asked == institution_id)
    owed, near_count, overdue = db.session.execute(statement).one()
    return DeskCounts(
        owed,
        near_count or 0,
        overdue or 0,
        _open_commitments(institution_id),
        len(offers_to(institution_id)),
    )


def _open_commitments(institution_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count(Commitment.id))
            .join(Commitment.response)
            .where(
                Commitment.fulfilled_at.is_(None),
                Commitment.dropped_at.is_(None),
                or_(
                    Commitment.institution_id == institution_id,
                    Response.institution_id == institution_id,
                ),
            )
        )
        or 0
    )


def offers_to(institution_id: int) -> Sequence[Referral]:
    """Hand-overs that wait for an institution, the nearest end of its three days first."""
    return db.session.scalars(
        select(Referral)
        .join(Case, Case.referral_id == Referral.id)
        .where(Referral.to_id == institution_id, Referral.accept_by > now())
        .options(
            joinedload(Referral.proposal).joinedload(Proposal.process), joinedload(Referral.giver)
        )
        .order_by(Referral.accept_by, Referral.id)
        .limit(PAGE)
    ).all()


def colleagues_of(institution_id: int | None) -> Sequence[Person]:
    """Those who work for an institution, by name."""
    return db.session.scalars(
        select(Person)
        .where(
            Person.institution_id == institution_id,
            Person.role == Role.STAFF,
            Person.erased_at.is_(None),
        )
        .order_by(Person.display_name)
    ).all()


def notes_on(case_id: int) -> Sequence[CaseNote]:
    """The notes on a case, newest first."""
    return db.session.scalars(
        select(CaseNote)
        .where(CaseNote.case_id == case_id)
        .options(joinedload(CaseNote.author))
        .order_by(CaseNote.id.desc())
        .limit(50)
    ).all()

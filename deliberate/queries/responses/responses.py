"""Official responses as pages read them: on a proposal, waiting, given, and what they promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import get_locale
from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Case,
    Commitment,
    Institution,
    Judgement,
    Person,
    Process,
    Proposal,
    Response,
)
from deliberate.queries.processes.working_days import (
    days_off,
    days_used,
    last_day,
    local_day,
    working_days_between,
    working_days_left,
)
from deliberate.queries.responses.response_owner import asked_at, is_owed, joined_case

PAGE = 20


@dataclass
class ResponseCard:
    """One version of a response with everything its block shows."""

    response: Response
    is_current: bool
    today: date
    days: int | None
    """Working days between publication and deadline; below 0 it came too late."""
    signatories: list[str] = field(default_factory=list)
    mine: dict[str, Judgement] = field(default_factory=dict)
    may_check: bool = False
    """Whether residents are asked if it is really built."""

    @property
    def published_on(self) -> date:
        """The day it was published, where the process is."""
        return local_day(self.response.proposal.process, self.response.published_at)

    @property
    def office(self) -> str:
        """The name of the institution that answers, in the reader's language."""
        return name_here(self.response.institution)

    @property
    def promises(self) -> list[tuple[Commitment, str, str]]:
        """Each commitment with its institution and its state: due, late, fulfilled, dropped."""
        return [
            (promise, name_here(promise.institution), promise.state_on(self.today))
            for promise in self.response.commitments
        ]

    @property
    def judged(self) -> int:
        """How many residents said whether it answers the proposal."""
        return sum(self.response.counts("answers").values())


def name_here(office: Institution | None) -> str:
    """An institution's name in the reader's language; nothing for none."""
    return office.name_in(str(get_locale())) if office else ""


def responses_of(proposal_id: int, viewer: Person | None = None) -> list[ResponseCard]:
    """The responses published on a proposal, newest version first."""
    own = and_(
        Judgement.response_id == Response.id, Judgement.person_id == (viewer.id if viewer else 0)
    )
    rows = db.session.execute(
        select(Response, Judgement)
        .outerjoin(Judgement, own)
        .where(Response.proposal_id == proposal_id)
        .order_by(Response.version.desc())
        .options(
            joinedload(Response.institution),
            joinedload(Response.responder),
            joinedload(Response.proposal).joinedload(Proposal.process),
            joinedload(Response.commitments).options(
                joinedload(Commitment.institution), joinedload(Commitment.steps)
            ),
        )
    ).unique()
    found: dict[Response, dict[str, Judgement]] = {}
    for response, judgement in rows:
        said = found.setdefault(response, {})
        if judgement is not None:
            said[judgement.question] = judgement
    names = _names({office for response in found for office in response.signatories})
    newest = next(iter(found), None)
    return [_card(response, response is newest, names, said) for response, said in found.items()]


def _card(
    response: Response,
    is_current: bool,
    names: dict[int, str],
    said: dict[str, Judgement],
) -> ResponseCard:
    process = response.proposal.process
    today = local_day(process, now())
    promises = response.commitments
    return ResponseCard(
        response,
        is_current,
        today,
        _days(response),
        [names[office] for office in response.signatories],
        said if is_current else {},
        is_current and bool(promises) and all(p.state_on(today) != "due" for p in promises),
    )


def _days(response: Response) -> int | None:
    due_at = response.proposal.due_at
    if due_at is None or response.version > 1:
        return None
    process = response.proposal.process
    given, last = local_day(process, response.published_at), last_day(process, due_at)
    days = working_days_between(given, last, process.calendar, days_off(process))
    return days if given <= last else min(days, -1)


def _names(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    found = db.session.scalars(select(Institution).where(Institution.id.in_(ids)))
    return {office.id: name_here(office) for office in found}


def proposal_answered(number: int) -> Proposal | None:
    """The proposal with this number as answers need it; None for a hidden one."""
    return db.session.scalar(
        select(Proposal)
        .where(Proposal.id == number, Proposal.hidden_at.is_(None))
        .options(
            joinedload(Proposal.process).selectinload(Process.institutions),
            joinedload(Proposal.institution),
        )
    )


def response_numbered(response_id: int) -> Response | None:
    """One version of a response."""
    return db.session.get(Response, response_id)


def reasons_given(response_id: int, question: str = "answers") -> Sequence[Judgement]:
    """The newest reasons residents gave for their word on a response."""
    return db.session.scalars(
        select(Judgement)
        .where(
            Judgement.response_id == response_id,
            Judgement.question == question,
            Judgement.reason != "",
        )
        .order_by(Judgement.judged_at.desc())
        .limit(PAGE)
    ).all()


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits for its answer."""

    proposal: Proposal
    institution: Institution | None
    days: int | None
    """Working days left; below 0 it is overdue."""
    waits: int
    """Working days since it was asked."""
    case: Case | None


def waiting_longest(
    institution_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    process_id: int | None = None,
    limit: int = PAGE,
) -> list[Waiting]:
    """Proposals whose answer is owed, the longest wait first; one more than a page holds."""
    asked = asked_at(now())
    statement = (
        joined_case(select(Proposal, Case, asked).select_from(Proposal))
        .where(is_owed())
        .options(joinedload(Proposal.process))
        .order_by(Proposal.qualified_at, Proposal.id)
        .limit(limit + 1)
    )
    if institution_id is not None:
        statement = statement.where(asked == institution_id)
    if process_id is not None:
        statement = statement.where(Proposal.process_id == process_id)
    if after is not None:
        statement = statement.where(tuple_(Proposal.qualified_at, Proposal.id) > tuple_(*after))
    rows = db.session.execute(statement).all()
    offices = {office.id: office for office in all_institutions()} if rows else {}
    return [_waiting(proposal, case, offices.get(office or 0)) for proposal, case, office in rows]


def _waiting(proposal: Proposal, case: Case | None, office: Institution | None) -> Waiting:
    process = proposal.process
    left = working_days_left(process, proposal.due_at) if proposal.due_at else None
    waits = days_used(process, proposal.qualified_at or now(), now())
    return Waiting(proposal, office, left, waits, case)


def newest_responses(
    institution_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    process_id: int | None = None,
    limit: int = PAGE,
) -> Sequence[Response]:
    """Responses given, newest first; one more than a page holds."""
    statement = (
        select(Response)
        .join(Response.proposal)
        .where(Proposal.hidden_at.is_(None))
        .options(contains_eager(Response.proposal), joinedload(Response.institution))
        .order_by(Response.published_at.desc(), Response.id.desc())
        .limit(limit + 1)
    )
    if institution_id is not None:
        statement = statement.where(Response.institution_id == institution_id)
    if process_id is not None:
        statement = statement.where(Proposal.process_id == process_id)
    if after is not None:
        statement = statement.where(tuple_(Response.published_at, Response.id) < tuple_(*after))
    return db.session.scalars(statement).all()


def all_institutions() -> Sequence[Institution]:
    """Every institution, by its name."""
    return db.session.scalars(select(Institution).order_by(Institution.name)).all()


def institution_numbered(institution_id: int) -> Institution | None:
    """One institution."""
    return db.session.get(Institution, institution_id)


def response_count(proposal_id: int) -> int:
    """The number of the newest version on a proposal, 0 before the first."""
    newest = db.session.scalar(
        select(func.max(Response.version)).where(Response.proposal_id == proposal_id)
    )
    return newest or 0

"""Queries on official responses: the versions on a proposal, pending ones and the newest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from sqlalchemy import Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import last_day, local_date, local_today
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
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.processes.working_days import (
    days_off,
    working_days_between,
    working_days_elapsed,
    working_days_left,
)
from deliberate.queries.responses.institutions import list_institutions, localized_name
from deliberate.queries.responses.response_owner import join_case, owner_id_at, response_is_owed
from deliberate.queries.site.keyset_pagination import is_beyond
from deliberate.queries.site.pictures import ShownPicture, shown_by_use
from deliberate.vocabulary import PictureUse, Role

PAGE = 20


@dataclass(frozen=True)
class CommitmentRow:
    """A commitment with the name of its institution and its state on the day of the page."""

    commitment: Commitment
    institution_name: str
    state: str
    pictures: dict[PictureUse, ShownPicture]
    """Those before and after the work."""
    carried_from: int | None = None
    """The earlier version that made it, where a newer one carries it over."""


@dataclass
class ResponseCard:
    """A version of a response with everything that its page section shows."""

    response: Response
    is_current: bool
    today: date
    days_before_deadline: int | None
    """Working days from publication to the deadline; negative for a late response."""
    signatories: list[str] = field(default_factory=list)
    own_judgements: dict[str, Judgement] = field(default_factory=dict)
    """The judgements of the signed-in person by question."""
    may_check_outcome: bool = False
    """Whether residents are asked if the commitments were really carried out."""
    offers_answers: bool = True
    """Whether the viewer may judge: residents do, and visitors once they sign in."""
    carried_over: list[Commitment] = field(default_factory=list)
    """Open commitments of earlier versions, which stay in force until they are dropped."""

    @property
    def published_on(self) -> date:
        """Return the day of publication in the time zone of the process."""
        return local_date(self.response.proposal.process, self.response.published_at)

    @property
    def institution_name(self) -> str:
        """Return the name of the responding institution in the reader's language."""
        return localized_name(self.response.institution)

    @property
    def commitments(self) -> list[CommitmentRow]:
        """Return the commitments with institution and state."""
        rows: list[tuple[Commitment, int | None]]
        rows = [(row, None) for row in self.response.commitments]
        rows += [(row, row.response.version) for row in self.carried_over]
        return [
            CommitmentRow(
                row,
                localized_name(row.institution),
                row.state_on(self.today),
                shown_by_use(row.pictures),
                version,
            )
            for row, version in rows
        ]

    @property
    def judgement_count(self) -> int:
        """Return the number of residents who judged whether the response answers."""
        return sum(self.response.counts("answers").values())


def list_response_cards(proposal_id: int, viewer: Person | None = None) -> list[ResponseCard]:
    """Return the versions of the response to a proposal, newest first."""
    rows = db.session.execute(
        _versions_query(), {"proposal": proposal_id, "viewer": viewer.id if viewer else 0}
    ).unique()
    judgements = _judgements_by_response(rows)
    names = _institution_names({id_ for response in judgements for id_ in response.signatories})
    newest = next(iter(judgements), None)
    cards = [
        _response_card(response, response is newest, names, by_question)
        for response, by_question in judgements.items()
    ]
    for card in cards:
        card.offers_answers = viewer is None or viewer.role == Role.RESIDENT
    if cards:
        _carry_over_commitments(cards[0], cards[1:])
    return cards


def _judgements_by_response(
    rows: Iterable[Row[Response, Judgement]],
) -> dict[Response, dict[str, Judgement]]:
    """Return the versions in their order, each with its judgements by question."""
    judgements: dict[Response, dict[str, Judgement]] = {}
    for response, judgement in rows:
        by_question = judgements.setdefault(response, {})
        if judgement is not None:
            by_question[judgement.question] = judgement
    return judgements


def _carry_over_commitments(current: ResponseCard, earlier: Sequence[ResponseCard]) -> None:
    """Give the current version what earlier ones promised; a newer version drops nothing."""
    earlier_commitments = [row for card in earlier for row in card.response.commitments]
    current.carried_over = [row for row in earlier_commitments if row.is_open]
    commitments = [*current.response.commitments, *earlier_commitments]
    current.may_check_outcome = are_delivered(commitments, current.today)


def are_delivered(commitments: Sequence[Commitment], today: date) -> bool:
    """Return whether there were commitments, of any version, and none is due any more."""
    return bool(commitments) and all(row.state_on(today) != "due" for row in commitments)


def list_commitments_of(proposal_id: int) -> Sequence[Commitment]:
    """Return the commitments of all versions of the response to a proposal."""
    return db.session.scalars(
        select(Commitment).join(Commitment.response).where(Response.proposal_id == proposal_id)
    ).all()


@cache
def _versions_query() -> Select[Response, Judgement]:
    """Return a query for the versions of a response with the viewer's judgements, newest first."""
    is_own = and_(Judgement.response_id == Response.id, Judgement.person_id == bindparam("viewer"))
    return (
        select(Response, Judgement)
        .outerjoin(Judgement, is_own)
        .where(Response.proposal_id == bindparam("proposal"))
        .order_by(Response.version.desc())
        .options(
            joinedload(Response.institution),
            joinedload(Response.responder),
            joinedload(Response.proposal).joinedload(Proposal.process),
            joinedload(Response.commitments).options(
                joinedload(Commitment.institution),
                joinedload(Commitment.steps),
                joinedload(Commitment.pictures),
            ),
        )
    )


def _response_card(
    response: Response,
    is_current: bool,
    names: dict[int, str],
    own_judgements: dict[str, Judgement],
) -> ResponseCard:
    return ResponseCard(
        response,
        is_current,
        local_today(response.proposal.process),
        _days_before_deadline(response),
        [names[institution_id] for institution_id in response.signatories],
        own_judgements if is_current else {},
    )


def _days_before_deadline(response: Response) -> int | None:
    due_at = response.proposal.due_at
    if due_at is None or not response.is_first_final:
        return None
    process = response.proposal.process
    published_on, due_on = local_date(process, response.published_at), last_day(process, due_at)
    days = working_days_between(published_on, due_on, process.calendar, days_off(process))
    return days if published_on <= due_on else min(days, -1)


def _institution_names(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    institutions = db.session.scalars(select(Institution).where(Institution.id.in_(ids)))
    return {institution.id: localized_name(institution) for institution in institutions}


def get_visible_proposal(proposal_id: int) -> Proposal | None:
    """Return a proposal with its process and institutions, None for a hidden one."""
    return db.session.scalar(
        select(Proposal)
        .where(Proposal.id == proposal_id, Proposal.visible_to(ANYONE))
        .options(
            joinedload(Proposal.process).selectinload(Process.institutions),
            joinedload(Proposal.institution),
        )
    )


def get_response(response_id: int) -> Response | None:
    """Return a version of a response by its id."""
    return db.session.get(Response, response_id)


def list_judgement_reasons(response_id: int, question: str = "answers") -> Sequence[Judgement]:
    """Return the newest judgements with a reason on a question about a response."""
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
class PendingResponse:
    """A proposal whose response is owed."""

    proposal: Proposal
    institution: Institution | None
    days_left: int | None
    """Working days until the deadline; negative when it is overdue."""
    days_waiting: int
    """Working days since the response became due."""
    case: Case | None


def list_pending_responses(
    institution_id: int | None = None,
    after: tuple[datetime, int] | None = None,
) -> list[PendingResponse]:
    """Return a page of proposals whose response is owed, the longest wait first, and one more.

    `after` is the moment of qualification and the id of the last proposal shown.
    """
    owner_id, order = owner_id_at(now()), (Proposal.qualified_at, Proposal.id)
    statement = (
        join_case(select(Proposal, Case, owner_id).select_from(Proposal))
        .where(response_is_owed(), is_beyond(order, after))
        .options(joinedload(Proposal.process))
        .order_by(*order)
        .limit(PAGE + 1)
    )
    if institution_id is not None:
        statement = statement.where(owner_id == institution_id)
    return _pending_responses(db.session.execute(statement).all())


def _pending_responses(
    rows: Sequence[Row[Proposal, Case | None, int | None]],
) -> list[PendingResponse]:
    institutions = {row.id: row for row in list_institutions()} if rows else {}
    return [
        _pending_response(proposal, case, institutions.get(owner_id or 0))
        for proposal, case, owner_id in rows
    ]


def _pending_response(
    proposal: Proposal, case: Case | None, institution: Institution | None
) -> PendingResponse:
    process = proposal.process
    days_left = working_days_left(process, proposal.due_at) if proposal.due_at else None
    days_waiting = working_days_elapsed(process, proposal.qualified_at or now(), now())
    return PendingResponse(proposal, institution, days_left, days_waiting, case)


def newest_responses(
    institution_id: int | None = None,
    after: tuple[datetime, int] | None = None,
) -> Sequence[Response]:
    """Return a page of published responses, newest first, and one more.

    `after` is the moment of publication and the id of the last response shown.
    """
    order = (Response.published_at, Response.id)
    statement = (
        select(Response)
        .join(Response.proposal)
        .where(Proposal.visible_to(ANYONE), is_beyond(order, after, ascending=False))
        .options(
            contains_eager(Response.proposal).joinedload(Proposal.process),
            joinedload(Response.institution),
        )
        .order_by(*(column.desc() for column in order))
        .limit(PAGE + 1)
    )
    if institution_id is not None:
        statement = statement.where(Response.institution_id == institution_id)
    return db.session.scalars(statement).all()


def latest_version(proposal_id: int) -> int:
    """Return the number of the newest version of a response, 0 before the first."""
    version = db.session.scalar(
        select(func.max(Response.version)).where(Response.proposal_id == proposal_id)
    )
    return version or 0

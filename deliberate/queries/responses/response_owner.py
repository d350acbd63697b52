"""The institution responsible for a response: the one set, the coordinating one or the lead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, not_, or_, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Case,
    Institution,
    Process,
    ProcessInstitution,
    Proposal,
    Referral,
    ResponseDraft,
    Signature,
)

S = TypeVar("S", bound=Select[*tuple[Any, ...]])  # a statement may select any columns


def _lead_institution_id() -> ColumnElement[int | None]:
    return (
        select(ProcessInstitution.institution_id)
        .where(
            ProcessInstitution.process_id == Proposal.process_id,
            ProcessInstitution.part == "lead",
        )
        .order_by(ProcessInstitution.id)
        .limit(1)
        .correlate(Proposal)
        .scalar_subquery()
    )


def _coordinating_institution_id() -> ColumnElement[int | None]:
    return (
        select(Institution.id)
        .where(Institution.is_coordinator)
        .order_by(Institution.id)
        .limit(1)
        .scalar_subquery()
    )


def owner_id_at(moment: datetime) -> ColumnElement[int | None]:
    """Return the column with the id of the institution that owes the response at a moment.

    The statement must be joined by `join_case`. A referral that was not accepted in time returns
    to the coordinating institution by its date alone, so no job is needed for it.
    """
    owner_id = func.coalesce(
        Proposal.institution_id, _coordinating_institution_id(), _lead_institution_id()
    )
    is_lapsed = and_(Referral.id.is_not(None), Referral.accept_by <= moment)
    return case(
        (is_lapsed, func.coalesce(_coordinating_institution_id(), owner_id)), else_=owner_id
    )


def join_case(statement: S) -> S:
    """Return a statement on proposals joined with their case and its pending referral."""
    return statement.outerjoin(Case, Case.proposal_id == Proposal.id).outerjoin(
        Referral, Referral.id == Case.pending_referral_id
    )


def response_is_owed() -> ColumnElement[bool]:
    """Return the condition that a response to a proposal is owed and not published."""
    return and_(
        Proposal.qualified_at.is_not(None),
        Proposal.answered_at.is_(None),
        Proposal.active(),
    )


def owed_responses(process: Process) -> list[tuple[Institution | None, int]]:
    """Return the institutions that owe responses in a process, most first, with their numbers."""
    owner_id = owner_id_at(now()).label("owner_id")
    statement = join_case(select(owner_id, func.count(Proposal.id)).select_from(Proposal))
    rows = db.session.execute(
        statement.where(Proposal.process_id == process.id, response_is_owed())
        .group_by(owner_id)
        .order_by(func.count(Proposal.id).desc(), owner_id)
    )
    return [(db.session.get(Institution, id_) if id_ else None, count) for id_, count in rows]


def response_owner_id(proposal: Proposal) -> int | None:
    """Return the id of the institution that owes the response to a proposal now."""
    statement = join_case(select(owner_id_at(now())).select_from(Proposal))
    owner_id: int | None = db.session.scalar(statement.where(Proposal.id == proposal.id))
    return owner_id


def institutions_of(proposals: Iterable[Proposal]) -> Mapping[int, Institution]:
    """Return the institution of each proposal by the id of the proposal.

    It is the one that owes the response, else the one that gave it or was asked for it.
    """
    ids = [proposal.id for proposal in proposals]
    statement = join_institution(select(Proposal.id, Institution).select_from(Proposal))
    rows = db.session.execute(statement.where(Proposal.id.in_(ids), Institution.id.is_not(None)))
    return dict(rows.all())


def join_institution(statement: S) -> S:
    """Return a statement on proposals joined with the institution of each, as `institutions_of`."""
    return join_case(statement).outerjoin(Institution, Institution.id == _institution_id_at(now()))


def _institution_id_at(moment: datetime) -> ColumnElement[int | None]:
    return case((response_is_owed(), owner_id_at(moment)), else_=Proposal.institution_id)


def is_of_institution(institution_id: ScalarSelect[int]) -> ColumnElement[bool]:
    """Return the condition that a proposal has an institution, as `institutions_of` does.

    The owner is computed only for the few proposals whose response is owed.
    """
    owed = join_case(select(Proposal.id).select_from(Proposal)).where(
        response_is_owed(), owner_id_at(now()) == institution_id
    )
    is_set = and_(Proposal.institution_id == institution_id, not_(response_is_owed()))
    return or_(is_set, Proposal.id.in_(owed))


def responding_institution_ids(proposal: Proposal) -> set[int]:
    """Return the ids of the institutions that may respond to a proposal.

    As long as no institution is set on the proposal, all institutions of the process may.
    """
    owner_id = response_owner_id(proposal)
    ids = {owner_id} if owner_id is not None else set()
    if proposal.institution_id is None:
        ids |= {member.institution_id for member in proposal.process.institutions}
    return ids


def concerned_institution_ids(proposal: Proposal) -> set[int]:
    """Return the ids of the institutions whose staff may read the case of a proposal.

    These are the responsible one, those of its referrals and those of the process.
    """
    rows = db.session.execute(
        select(Referral.from_id, Referral.to_id).where(Referral.proposal_id == proposal.id)
    )
    referred = {institution_id for row in rows for institution_id in row if institution_id}
    members = {member.institution_id for member in proposal.process.institutions}
    return responding_institution_ids(proposal) | referred | members


def required_signatory_ids(process: Process) -> set[int]:
    """Return the ids of the institutions that must sign every final response of a process."""
    return {member.institution_id for member in process.institutions if member.part == "must_sign"}


def signatory_ids(draft_id: int, revision: int) -> list[int]:
    """Return the ids of the institutions that signed a revision of a draft."""
    return list(
        db.session.scalars(
            select(Signature.institution_id).where(
                Signature.draft_id == draft_id, Signature.revision == revision
            )
        )
    )


def missing_signatory_ids(
    process: Process, institution_id: int | None, draft: ResponseDraft | None = None
) -> set[int]:
    """Return the ids of the institutions that must still sign a response of an institution.

    Without a draft there is no signature.
    """
    signed = signatory_ids(draft.id, draft.revision) if draft is not None else ()
    return required_signatory_ids(process) - {institution_id} - set(signed)


def get_case(proposal_id: int) -> Case | None:
    """Return the case of a proposal, None before the first act of an institution on it."""
    return db.session.scalar(select(Case).where(Case.proposal_id == proposal_id))


@dataclass(frozen=True)
class Desk:
    """The case of a proposal, if there is one, and its referrals."""

    case: Case | None
    referrals: Sequence[Referral]


def pending_referral(case: Case | None) -> Referral | None:
    """Return the referral of a case that is not accepted yet, lapsed or not."""
    if case is None or case.pending_referral_id is None:
        return None
    return db.session.get(Referral, case.pending_referral_id)


def coordinating_institution_id() -> int | None:
    """Return the id of the coordinating institution."""
    return db.session.scalar(select(_coordinating_institution_id()))


def get_referral(referral_id: int) -> Referral | None:
    """Return a referral by its id."""
    return db.session.get(Referral, referral_id)

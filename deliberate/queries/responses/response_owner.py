"""Who owes an answer: the institution asked, moved by referrals, in the end the coordinator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Case,
    Institution,
    Process,
    ProcessInstitution,
    Proposal,
    Referral,
    Signature,
)

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


def _lead() -> ColumnElement[int | None]:
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


def _coordinator() -> ColumnElement[int | None]:
    return (
        select(Institution.id)
        .where(Institution.is_coordinator)
        .order_by(Institution.id)
        .limit(1)
        .scalar_subquery()
    )


def asked_at(moment: datetime) -> ColumnElement[int | None]:
    """The institution that owes the answer at a moment; the statement has joined_case().

    A referral nobody accepted in time counts from its date alone, so no job is needed for it.
    """
    asked = func.coalesce(Proposal.institution_id, _lead(), _coordinator())
    lapsed = and_(Referral.id.is_not(None), Referral.accept_by <= moment)
    return case((lapsed, func.coalesce(_coordinator(), asked)), else_=asked)


def joined_case(statement: S) -> S:
    """A statement over proposals with their case and the hand-over that waits, if any."""
    return statement.outerjoin(Case, Case.proposal_id == Proposal.id).outerjoin(
        Referral, Referral.id == Case.referral_id
    )


def is_owed() -> ColumnElement[bool]:
    """Whether an answer is owed and not given."""
    return and_(
        Proposal.qualified_at.is_not(None),
        Proposal.answered_at.is_(None),
        Proposal.withdrawn_at.is_(None),
        Proposal.merged_into_id.is_(None),
        Proposal.hidden_at.is_(None),
    )


def asked_id(proposal: Proposal) -> int | None:
    """The institution that owes the answer on a proposal now."""
    statement = joined_case(select(asked_at(now())).select_from(Proposal))
    found: int | None = db.session.scalar(statement.where(Proposal.id == proposal.id))
    return found


def answering_ids(proposal: Proposal) -> set[int]:
    """Institutions that may answer: the one asked, or all of the process while nobody is."""
    asked = asked_id(proposal)
    found = {asked} if asked is not None else set()
    if proposal.institution_id is None:
        found |= {member.institution_id for member in proposal.process.institutions}
    return found


def concerned_ids(proposal: Proposal) -> set[int]:
    """Institutions whose staff may read the desk's side: asked, handed from or to, taking part."""
    referred = db.session.execute(
        select(Referral.from_id, Referral.to_id).where(Referral.proposal_id == proposal.id)
    )
    handed = {office for row in referred for office in row if office is not None}
    members = {member.institution_id for member in proposal.process.institutions}
    return answering_ids(proposal) | handed | members


def must_sign_ids(process: Process) -> set[int]:
    """Institutions without whose signature no final answer of a process is published."""
    return {member.institution_id for member in process.institutions if member.part == "must_sign"}


def signed_ids(draft_id: int, revision: int) -> list[int]:
    """Institutions that signed a draft as it stands at a revision."""
    return list(
        db.session.scalars(
            select(Signature.institution_id).where(
                Signature.draft_id == draft_id, Signature.revision == revision
            )
        )
    )


def case_of(proposal_id: int) -> Case | None:
    """The desk's side of a proposal, if it has begun."""
    return db.session.scalar(select(Case).where(Case.proposal_id == proposal_id))


@dataclass(frozen=True)
class Desk:
    """The desk's side of a proposal: its case, if it has begun, and every hand-over."""

    case: Case | None
    referrals: Sequence[Referral]


def open_referral(case: Case | None) -> Referral | None:
    """The hand-over that waits to be accepted, lapsed or not."""
    if case is None or case.referral_id is None:
        return None
    return db.session.get(Referral, case.referral_id)


def coordinator_id() -> int | None:
    """The coordinating institution."""
    return db.session.scalar(select(_coordinator()))


def referral_numbered(number: int) -> Referral | None:
    """One hand-over."""
    return db.session.get(Referral, number)

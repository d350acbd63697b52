"""What follows from a date alone: missed deadlines, late promises, bounces, the week's sum."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import (
    Case,
    Commitment,
    Institution,
    Notice,
    Process,
    Proposal,
    Referral,
    Response,
)
from deliberate.notifications.preferences import REQUEST_ENDS
from deliberate.queries.releases.data_access_requests import requests_in_force
from deliberate.queries.responses.desk import desk_counts, soon
from deliberate.queries.responses.response_owner import (
    asked_at,
    coordinator_id,
    is_owed,
    joined_case,
)

ENDING = timedelta(days=14)
AT_ONCE = 200
"""Notices a call leaves at most; the next call leaves the rest."""


def remind() -> int:
    """Leave a notice for each date that passed, once; gives how many."""
    db.session.rollback()
    rows = [*_missed(), *_near(), *_late(), *_bounced(), *_weeks(), *_ending()][:AT_ONCE]
    if not rows:
        return 0
    with unrecorded("delivery") as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        statement = sqlite.insert(Notice) if is_sqlite else postgresql.insert(Notice)
        session.execute(statement.on_conflict_do_nothing(index_elements=["act"]), rows)
    return len(rows)


def _notice(act: str, kind: str, **columns: Any) -> dict[str, Any]:
    return {
        "act": act,
        "kind": kind,
        "proposal_id": None,
        "institution_id": None,
        "person_id": None,
        "told": {},
        "written_at": now(),
        "reached_id": 0,
        **columns,
    }


def _ending() -> Iterable[dict[str, Any]]:
    """Access to protected data that ends within two weeks."""
    for request in requests_in_force():
        if request.until - now().date() <= ENDING:
            yield _notice(
                f"ends.{request.id}",
                REQUEST_ENDS,
                person_id=request.person_id,
                told={"until": request.until.isoformat()},
            )


def _owed(prefix: str) -> Select[*tuple[int, int | None]]:
    """Proposals of this house whose answer is owed and of which nobody was told in this way."""
    statement = joined_case(
        select(Proposal.id, asked_at(now())).select_from(Proposal).join(Proposal.process)
    )
    return (
        statement.where(is_owed(), Process.source.is_(None), ~_told(prefix, Proposal.id))
        .order_by(Proposal.due_at, Proposal.id)
        .limit(AT_ONCE)
    )


def _missed() -> Iterable[dict[str, Any]]:
    late = db.session.execute(_owed("missed.").where(Proposal.due_at <= now()))
    for proposal_id, office in late:
        yield _notice(f"missed.{proposal_id}", "deadline.missed", proposal_id=proposal_id)
        if office is not None:
            yield _notice(
                f"overdue.{proposal_id}",
                "desk.overdue",
                proposal_id=proposal_id,
                institution_id=office,
            )


def _near() -> Iterable[dict[str, Any]]:
    near = and_(Proposal.due_at > now(), Proposal.due_at <= soon())
    for proposal_id, office in db.session.execute(_owed("soon.").where(near)):
        if office is not None:
            yield _notice(
                f"soon.{proposal_id}", "desk.soon", proposal_id=proposal_id, institution_id=office
            )


def _late() -> Iterable[dict[str, Any]]:
    today = now().date()
    promises = db.session.execute(
        select(Commitment.id, Response.proposal_id, Commitment.due_on)
        .join(Commitment.response)
        .join(Response.proposal)
        .join(Proposal.process)
        .where(
            Process.source.is_(None),
            Commitment.fulfilled_at.is_(None),
            Commitment.dropped_at.is_(None),
            Commitment.due_on < today,
            Commitment.due_on >= today - timedelta(days=30),
            ~_told("late.", Commitment.id),
        )
        .order_by(Commitment.due_on, Commitment.id)
        .limit(AT_ONCE)
    )
    for commitment_id, proposal_id, _due in promises:
        yield _notice(
            f"late.{commitment_id}",
            "commitment.late",
            proposal_id=proposal_id,
            told={"commitment": commitment_id},
        )


def _told(prefix: str, number: Any) -> ColumnElement[bool]:
    """Whether a notice named by a prefix and a thing's number was left already."""
    name = literal(prefix) + cast(number, String)
    return select(Notice.id).where(Notice.act == name).exists()


def _bounced() -> Iterable[dict[str, Any]]:
    referrals = db.session.execute(
        select(Referral.id, Referral.proposal_id)
        .join(Case, Case.referral_id == Referral.id)
        .where(Referral.accept_by <= now())
        .where(~_told("bounced.", Referral.id))
        .limit(AT_ONCE)
    ).all()
    office = coordinator_id()
    for referral_id, proposal_id in referrals if office is not None else ():
        yield _notice(
            f"bounced.{referral_id}",
            "desk.bounced",
            proposal_id=proposal_id,
            institution_id=office,
            told={"referral": referral_id},
        )


def _weeks() -> Iterable[dict[str, Any]]:
    """The week's sum for each institution, on Mondays."""
    if now().weekday() != 0:
        return
    year, week, _day = now().isocalendar()
    for office in db.session.scalars(select(Institution.id)):
        act = f"week.{office}.{year}.{week}"
        if db.session.scalar(select(Notice.id).where(Notice.act == act)) is not None:
            continue
        counts = desk_counts(office)
        if counts.waiting:
            told = {
                "waiting": counts.waiting,
                "soon": counts.soon,
                "overdue": counts.overdue,
            }
            yield _notice(act, "desk.week", institution_id=office, told=told)

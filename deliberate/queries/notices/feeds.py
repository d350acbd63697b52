"""What is new, as feeds tell it: proposals, answers, hand-overs and promises, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.database import db
from deliberate.models import (
    Commitment,
    CommitmentStep,
    Interaction,
    Process,
    Proposal,
    Referral,
    Response,
)
from deliberate.queries.processes.working_days import last_day
from deliberate.queries.responses.response_owner import is_owed
from deliberate.queries.responses.responses import name_here
from deliberate.vocabulary import Kind

ENTRIES = 30


@dataclass(frozen=True)
class News:
    """One entry of a feed; `name` stays the same for ever."""

    name: str
    title: str
    summary: str
    path: str
    at: datetime


@dataclass(frozen=True)
class Scope:
    """What a feed is about: one proposal, process or institution, or the whole site."""

    proposal_id: int | None = None
    process_id: int | None = None
    institution_id: int | None = None


def news_of(scope: Scope) -> list[News]:
    """The newest entries of a scope."""
    found = [*_proposals(scope), *_responses(scope), *_referrals(scope), *_steps(scope)]
    return sorted(found, key=lambda news: (news.at, news.name), reverse=True)[:ENTRIES]


def _within(statement: Any, scope: Scope, *offices: Any) -> Any:
    statement = statement.where(Proposal.hidden_at.is_(None))
    if scope.proposal_id is not None:
        statement = statement.where(Proposal.id == scope.proposal_id)
    if scope.process_id is not None:
        statement = statement.where(Proposal.process_id == scope.process_id)
    if scope.institution_id is not None:
        statement = statement.where(or_(*(office == scope.institution_id for office in offices)))
    return statement


def _proposals(scope: Scope) -> list[News]:
    statement = _within(select(Proposal), scope, Proposal.institution_id)
    found = db.session.scalars(statement.order_by(Proposal.published_at.desc()).limit(ENTRIES))
    return [
        News(
            f"proposal/{proposal.id}",
            proposal.title,
            _("A proposal was published."),
            f"/p/{proposal.id}",
            proposal.published_at,
        )
        for proposal in found
    ]


def _responses(scope: Scope) -> list[News]:
    statement = (
        select(Response)
        .join(Response.proposal)
        .options(contains_eager(Response.proposal), joinedload(Response.institution))
    )
    statement = _within(statement, scope, Response.institution_id)
    found = db.session.scalars(statement.order_by(Response.published_at.desc()).limit(ENTRIES))
    return [
        News(
            f"proposal/{response.proposal_id}/response/{response.version}",
            _("Response to “%(title)s”", title=response.proposal.title),
            response.headline,
            f"/r/{response.proposal_id}",
            response.published_at,
        )
        for response in found
    ]


def _referrals(scope: Scope) -> list[News]:
    statement = (
        select(Referral)
        .join(Referral.proposal)
        .options(
            contains_eager(Referral.proposal),
            joinedload(Referral.giver),
            joinedload(Referral.receiver),
        )
    )
    statement = _within(statement, scope, Referral.from_id, Referral.to_id)
    found = db.session.scalars(statement.order_by(Referral.referred_at.desc()).limit(ENTRIES))
    return [
        News(
            f"referral/{referral.id}",
            _(
                "Referred to %(institution)s",
                institution=name_here(referral.receiver) or referral.external_system,
            ),
            f"{referral.proposal.title}: {referral.reason}",
            f"/p/{referral.proposal_id}",
            referral.referred_at,
        )
        for referral in found
    ]


def _steps(scope: Scope) -> list[News]:
    words = {
        "updated": _("Commitment moved on"),
        "fulfilled": _("Commitment fulfilled"),
        "dropped": _("Commitment dropped"),
    }
    statement = (
        select(CommitmentStep)
        .join(CommitmentStep.commitment)
        .join(Commitment.response)
        .join(Response.proposal)
        .options(contains_eager(CommitmentStep.commitment).contains_eager(Commitment.response))
    )
    statement = _within(statement, scope, Commitment.institution_id, Response.institution_id)
    found = db.session.scalars(statement.order_by(CommitmentStep.taken_at.desc()).limit(ENTRIES))
    return [
        News(
            f"commitment/{step.commitment_id}/step/{step.id}",
            words[step.state],
            f"{step.commitment.what}. {step.note}",
            f"/r/{step.commitment.response.proposal_id}",
            step.taken_at,
        )
        for step in found
    ]


def due_days(process: Process) -> list[tuple[Proposal, date]]:
    """Answers owed in a process with the last day each is in time, the next hundred."""
    found = db.session.scalars(
        select(Proposal)
        .where(Proposal.process_id == process.id, is_owed(), Proposal.due_at.is_not(None))
        .order_by(Proposal.due_at, Proposal.id)
        .limit(100)
    )
    return [(p, last_day(process, p.due_at)) for p in found if p.due_at is not None]


def times_dated(phase_ids: Sequence[int]) -> dict[int, int]:
    """How often each phase was given dates: a calendar's SEQUENCE counts its changes."""
    rows = db.session.execute(
        select(Interaction.subject_id, func.count())
        .where(
            Interaction.kind == Kind.PHASE_SCHEDULED.value, Interaction.subject_id.in_(phase_ids)
        )
        .group_by(Interaction.subject_id)
    )
    return dict(rows.all())


def process_named(slug: str) -> Process | None:
    """The opened process with this address."""
    return db.session.scalar(
        select(Process).where(Process.slug == slug, Process.opened_at.is_not(None))
    )

"""Reports, decisions and appeals on one contribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, distinct, func, or_, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Appeal, ModerationDecision, Person, Report
from deliberate.models.moderation.visibility import SHOWN_TEXT
from deliberate.queries.moderation.contributions import (
    CONTRIBUTION_MODELS,
    Contribution,
    ContributionModel,
    get_contribution,
)

ESTABLISHED_AFTER = timedelta(days=14)


def _is_about(
    table: type[Report] | type[ModerationDecision], contribution: Contribution
) -> list[ColumnElement[bool]]:
    return [
        table.subject_type == contribution.subject_type,
        table.subject_id == contribution.id,
    ]


def has_reported(person: Person, contribution: Contribution) -> bool:
    """Return whether a person has reported a contribution before."""
    query = select(Report.id).where(Report.person_id == person.id, *_is_about(Report, contribution))
    return db.session.scalar(query) is not None


def open_reports(contribution: Contribution) -> Sequence[Report]:
    """Return the reports of a contribution that no decision has resolved, oldest first."""
    query = select(Report).where(*_is_about(Report, contribution), Report.resolved_at.is_(None))
    return db.session.scalars(query.order_by(Report.id)).all()


def list_decisions(contribution: Contribution) -> Sequence[ModerationDecision]:
    """Return the decisions on a contribution with their appeals, newest first."""
    query = select(ModerationDecision).where(*_is_about(ModerationDecision, contribution))
    return db.session.scalars(
        query.options(joinedload(ModerationDecision.appeal)).order_by(ModerationDecision.id.desc())
    ).all()


def get_last_decision(contribution: Contribution) -> ModerationDecision | None:
    """Return the newest decision on a contribution, the one that applies."""
    return next(iter(list_decisions(contribution)), None)


def get_decided_contribution(decision: ModerationDecision) -> Contribution:
    """Return the contribution that a decision is about; its row is never deleted."""
    contribution = get_contribution(*decision.subject_key)
    if contribution is None:
        raise LookupError(f"no {decision.subject_type} {decision.subject_id}")
    return contribution


def get_appeal(appeal_id: int) -> Appeal | None:
    """Return an appeal with the decision it is against."""
    return db.session.get(Appeal, appeal_id, options=[joinedload(Appeal.decision)])


@dataclass(frozen=True)
class ReportingNetworks:
    """The number of networks from which open reports came, by the kind of reporter."""

    verified: int
    established: int


def count_reporting_networks(contribution: Contribution) -> ReportingNetworks:
    """Count the networks whose reports can hold a contribution.

    Reports count of verified residents, and of accounts that are two weeks old and have a visible
    text.
    """
    networks = (
        select(func.count(distinct(Report.network_hash)))
        .join(Person, Person.id == Report.person_id)
        .where(*_is_about(Report, contribution), Report.resolved_at.is_(None))
    )
    has_contributed = or_(*(_has_visible_text(model) for model in CONTRIBUTION_MODELS.values()))
    established = networks.where(Person.joined_at <= now() - ESTABLISHED_AFTER, has_contributed)
    verified = networks.where(Person.verified_at.is_not(None))
    return ReportingNetworks(db.session.scalar(verified) or 0, db.session.scalar(established) or 0)


def _has_visible_text(model: ContributionModel) -> ColumnElement[bool]:
    texts = select(model.id).where(model.author_id == Person.id, SHOWN_TEXT.of(model))
    return texts.correlate(Person).exists()

"""The moderators' queue: reported and held texts, appeals and edit requests without a decision."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Appeal, EditRequest, Report
from deliberate.models.moderation.visibility import HELD, NOT_WITHDRAWN
from deliberate.queries.moderation.contributions import (
    CONTRIBUTION_MODELS,
    Contribution,
    load_contributions,
)
from deliberate.vocabulary import HoldRule

PAGE_SIZE = 20
LATE_AFTER = timedelta(hours=24)
OVERDUE_AFTER = timedelta(hours=72)


@dataclass(frozen=True)
class ReportedContribution:
    """A reported text without a decision."""

    contribution: Contribution
    first_report_id: int
    reported_at: datetime
    report_count: int

    @property
    def is_late(self) -> bool:
        """Return whether the first report is more than a day old."""
        return now() - self.reported_at > LATE_AFTER

    @property
    def is_overdue(self) -> bool:
        """Return whether the public record counts the text as waiting too long."""
        return now() - self.reported_at > OVERDUE_AFTER


def reported_contributions(after: int = 0) -> list[ReportedContribution]:
    """Return reported texts, oldest report first, and one more than a page.

    Only texts whose first report has an id above `after` are returned.
    """
    rows = db.session.execute(_open_reports_query(after)).all()
    contributions = load_contributions((row.subject_type, row.subject_id) for row in rows)
    return [
        ReportedContribution(
            contributions[row.subject_type, row.subject_id],
            row.first_id,
            row.reported_at,
            row.report_count,
        )
        for row in rows
    ]


def _open_reports_query(after: int) -> Select[*tuple[Any, ...]]:
    """Return a query for first id, time and number of the open reports on each text."""
    first_id = func.min(Report.id)
    return (
        select(
            Report.subject_type,
            Report.subject_id,
            first_id.label("first_id"),
            func.min(Report.filed_at).label("reported_at"),
            func.count(Report.id).label("report_count"),
        )
        .where(Report.resolved_at.is_(None))
        .group_by(Report.subject_type, Report.subject_id)
        .having(first_id > after)
        .order_by(first_id)
        .limit(PAGE_SIZE + 1)
    )


def held_contributions() -> list[Contribution]:
    """Return a page of texts that a rule holds, the one whose hold ends first at the top."""
    held: list[Contribution] = []
    for model in CONTRIBUTION_MODELS.values():
        query = select(model).where(
            (HELD & NOT_WITHDRAWN).of(model), model.hidden_ground.in_(set(HoldRule))
        )
        held += db.session.scalars(query.order_by(model.held_until).limit(PAGE_SIZE))
    return sorted(held, key=_hold_end)[:PAGE_SIZE]


def _hold_end(contribution: Contribution) -> datetime:
    return contribution.held_until or now()


def open_appeals() -> list[tuple[Appeal, Contribution]]:
    """Return a page of appeals without a decision, oldest first, with the texts they are about."""
    appeals = db.session.scalars(
        select(Appeal)
        .where(Appeal.decided_at.is_(None))
        .options(joinedload(Appeal.decision))
        .order_by(Appeal.id)
        .limit(PAGE_SIZE)
    ).all()
    contributions = load_contributions(a.decision.subject_key for a in appeals)
    return [(appeal, contributions[appeal.decision.subject_key]) for appeal in appeals]


def open_edit_requests() -> list[tuple[EditRequest, Contribution]]:
    """Return a page of edit requests without a later decision, oldest first, with their texts."""
    query = select(EditRequest).where(EditRequest.resolved_at.is_(None))
    requests = db.session.scalars(
        query.options(joinedload(EditRequest.decision)).order_by(EditRequest.id).limit(PAGE_SIZE)
    ).all()
    contributions = load_contributions(r.decision.subject_key for r in requests)
    return [(request, contributions[request.decision.subject_key]) for request in requests]

"""The public record of moderation: counts by rule, month and stance, never a hidden text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Appeal, ModerationDecision, Report
from deliberate.queries.moderation.queue import OVERDUE_AFTER
from deliberate.vocabulary import AppealOutcome, ModerationOutcome

PAGE_SIZE = 20
StanceCounts = dict[int | None, int]
"""Hidden texts by stance; None counts proposals and comments without a stance."""


@dataclass(frozen=True)
class ModerationRecord:
    """Moderation in numbers."""

    by_rule: dict[str, StanceCounts]
    by_month: list[tuple[date, StanceCounts]]
    """Hidden texts in each of the last twelve months, newest first."""
    outcomes: dict[str, int]
    kept_after_reports: int
    """Decisions to keep a text that was reported; the others end a hold or an edit request."""
    appeals: dict[str, int]
    """Appeals granted, refused and waiting."""
    waiting: int
    overdue: int
    """Reported texts without a decision for three days."""

    @property
    def shown_again(self) -> int:
        """Return how often a hidden text was shown again: by a moderator or on appeal."""
        return self.outcomes[ModerationOutcome.RESTORED] + self.appeals[AppealOutcome.GRANTED]

    @property
    def kept_without_report(self) -> int:
        """Return how often a text without a report was kept."""
        return self.outcomes[ModerationOutcome.KEPT] - self.kept_after_reports


def moderation_record() -> ModerationRecord:
    """Return how often texts were hidden, by which rule and of which stance."""
    by_rule: dict[str, StanceCounts] = {}
    for rule, stance, count in _count_hidden(ModerationDecision.ground):
        by_rule.setdefault(rule, {})[stance] = count
    return ModerationRecord(
        by_rule,
        _count_by_month(),
        _count_by_outcome(),
        _count_kept_after_reports(),
        _count_appeals(),
        _count_reported(),
        _count_reported(OVERDUE_AFTER),
    )


def _count_hidden(
    *groups: ColumnElement[Any] | InstrumentedAttribute[Any],
    since: datetime | None = None,
) -> list[tuple[Any, ...]]:
    """Return rows of the groups, a stance and the number of hidden texts."""
    columns = (*groups, ModerationDecision.stance)
    query = (
        select(*columns, func.count())
        .where(ModerationDecision.outcome == ModerationOutcome.HIDDEN)
        .group_by(*columns)
    )
    if since is not None:
        query = query.where(ModerationDecision.decided_at >= since)
    return [tuple(row) for row in db.session.execute(query)]


def _count_by_month() -> list[tuple[date, StanceCounts]]:
    decided_at = ModerationDecision.decided_at
    rows = _count_hidden(
        extract("year", decided_at),
        extract("month", decided_at),
        since=now() - timedelta(days=366),
    )
    months: dict[date, StanceCounts] = {}
    for year, month, stance, count in rows:
        months.setdefault(date(int(year), int(month), 1), {})[stance] = count
    return sorted(months.items(), reverse=True)


def _count_by_outcome() -> dict[str, int]:
    outcome = ModerationDecision.outcome
    counts: dict[str, int] = dict.fromkeys(ModerationOutcome, 0)
    rows = db.session.execute(select(outcome, func.count()).group_by(outcome))
    return counts | {str(row[0]): row[1] for row in rows}


def _count_kept_after_reports() -> int:
    statement = select(func.count(ModerationDecision.id)).where(
        ModerationDecision.outcome == ModerationOutcome.KEPT, ModerationDecision.report_count > 0
    )
    return db.session.scalar(statement) or 0


def _count_appeals() -> dict[str, int]:
    rows = db.session.execute(select(Appeal.outcome, func.count()).group_by(Appeal.outcome)).all()
    counts: dict[str, int] = {**dict.fromkeys(AppealOutcome, 0), "waiting": 0}
    return counts | {outcome or "waiting": count for outcome, count in rows}


def _count_reported(longer_than: timedelta = timedelta()) -> int:
    reported = (
        select(Report.subject_type, Report.subject_id)
        .where(Report.resolved_at.is_(None), Report.filed_at <= now() - longer_than)
        .distinct()
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(reported)) or 0


def decision_page(after: int | None = None) -> Sequence[ModerationDecision]:
    """Return decisions with their appeals, newest first, and one more than a page.

    With `after`, only decisions older than the one with this id are returned.
    """
    query = select(ModerationDecision).options(joinedload(ModerationDecision.appeal))
    if after is not None:
        query = query.where(ModerationDecision.id < after)
    return db.session.scalars(
        query.order_by(ModerationDecision.id.desc()).limit(PAGE_SIZE + 1)
    ).all()

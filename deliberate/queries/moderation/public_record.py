"""The public record of moderation: counts by rule, month and stance, never a hidden text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import local_today, site, start_of_day
from deliberate.models import Appeal, ModerationDecision, Report
from deliberate.queries.moderation.queue import OVERDUE_AFTER
from deliberate.vocabulary import AppealOutcome, ModerationOutcome

PAGE_SIZE = 20
MONTHS = 12
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
    group: ColumnElement[Any] | InstrumentedAttribute[Any],
) -> list[tuple[Any, int | None, int]]:
    """Return rows of the group, a stance and the number of hidden texts."""
    hidden = (
        select(group.label("key"), ModerationDecision.stance)
        .where(ModerationDecision.outcome == ModerationOutcome.HIDDEN)
        .subquery()
    )
    query = select(hidden.c.key, hidden.c.stance, func.count())
    rows = db.session.execute(query.group_by(hidden.c.key, hidden.c.stance))
    return [(key, stance, count) for key, stance, count in rows]


def _count_by_month() -> list[tuple[date, StanceCounts]]:
    """Return the counts of the last twelve months of the site's calendar, newest first."""
    months = [local_today(site()).replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    number = case(
        *(
            (ModerationDecision.decided_at >= start_of_day(site(), month), position)
            for position, month in enumerate(months)
        )
    )
    counts: dict[int, StanceCounts] = {}
    for position, stance, count in _count_hidden(number):
        if position is not None:
            counts.setdefault(position, {})[stance] = count
    return [(months[position], counts[position]) for position in sorted(counts)]


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

"""Queries on opened processes and their polls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from deliberate.database import db
from deliberate.models import Meeting, Poll, Process, StudyPlan
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.proposals.listing import (
    listed_answered_count,
    listed_comment_count,
    listed_proposal_count,
)

S = TypeVar("S", bound=Select[*tuple[Any, ...]])  # a statement may select any columns


def get_process(slug: str) -> Process | None:
    """Return an opened process by its slug, with phases and institutions loaded."""
    return db.session.scalar(
        select(Process)
        .where(Process.slug == slug, Process.visible_to(ANYONE))
        .options(selectinload(Process.phases), selectinload(Process.institutions))
    )


def get_process_of(subject_type: str, row_id: int) -> Process | None:
    """Return the process of a meeting or a study plan, None for an unknown row."""
    part: type[Meeting] | type[StudyPlan] = Meeting if subject_type == "meeting" else StudyPlan
    return db.session.scalar(
        select(Process).join(part, part.process_id == Process.id).where(part.id == row_id)
    )


def list_opened_processes(before_id: int | None, limit: int) -> Sequence[Process]:
    """Return opened processes, newest first, those before an id if one is given."""
    return db.session.scalars(_opened_page(select(Process), before_id, limit)).all()


@dataclass(frozen=True)
class CountedProcess:
    """A process with the numbers of its listed proposals and of the comments on them."""

    process: Process
    proposals: int
    comments: int


def list_counted_processes(before_id: int | None, limit: int) -> list[CountedProcess]:
    """Return opened processes as list_opened_processes does, with their numbers."""
    columns = select(Process, listed_proposal_count(), listed_comment_count())
    rows = db.session.execute(_opened_page(columns, before_id, limit))
    # PostgreSQL returns a sum as Decimal
    return [CountedProcess(process, count, int(comments)) for process, count, comments in rows]


def _opened_page(statement: S, before_id: int | None, limit: int) -> S:
    statement = statement.where(Process.visible_to(ANYONE))
    if before_id is not None:
        statement = statement.where(Process.id < before_id)
    statement = statement.order_by(Process.id.desc()).limit(limit)
    return statement.options(selectinload(Process.phases))


@dataclass(frozen=True)
class ProcessFigures:
    """Numbers of a process: listed proposals, those answered, and the comments on them."""

    proposals: int
    answered: int
    comments: int


def get_process_figures(process: Process) -> ProcessFigures:
    """Return the numbers of a process in one statement."""
    columns = (listed_proposal_count(), listed_answered_count(), listed_comment_count())
    statement = select(*columns).select_from(Process).where(Process.id == process.id)
    proposals, answered, comments = db.session.execute(statement).one()
    return ProcessFigures(proposals, answered, int(comments))  # PostgreSQL sums to Decimal


def list_process_polls(process: Process, limit: int = 20) -> Sequence[Poll]:
    """Return the polls of a process, the last to close first."""
    return db.session.scalars(
        select(Poll)
        .where(Poll.process_id == process.id)
        .order_by(Poll.closes_at.desc(), Poll.id.desc())
        .limit(limit)
    ).all()

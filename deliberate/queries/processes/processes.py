"""Queries on opened processes and their polls."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from deliberate.database import db
from deliberate.models import Poll, Process
from deliberate.models.moderation.visibility import ANYONE


def get_process(slug: str) -> Process | None:
    """Return an opened process by its slug, with phases and institutions loaded."""
    return db.session.scalar(
        select(Process)
        .where(Process.slug == slug, Process.visible_to(ANYONE))
        .options(selectinload(Process.phases), selectinload(Process.institutions))
    )


def list_opened_processes(before_id: int | None, limit: int) -> Sequence[Process]:
    """Return opened processes, newest first, those before an id if one is given."""
    statement = select(Process).where(Process.visible_to(ANYONE))
    if before_id is not None:
        statement = statement.where(Process.id < before_id)
    statement = statement.order_by(Process.id.desc()).limit(limit)
    return db.session.scalars(statement.options(selectinload(Process.phases))).all()


def list_process_polls(process: Process, limit: int = 20) -> Sequence[Poll]:
    """Return the polls of a process, the last to close first."""
    return db.session.scalars(
        select(Poll)
        .where(Poll.process_id == process.id)
        .order_by(Poll.closes_at.desc(), Poll.id.desc())
        .limit(limit)
    ).all()

"""Meetings of a process."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Meeting, Process

MEETINGS_SHOWN = 100
"""The newest meetings of a process: pages and its calendar show no others."""


def list_meetings(process: Process, limit: int = MEETINGS_SHOWN) -> Sequence[Meeting]:
    """Return the newest meetings of a process, the last one first."""
    statement = select(Meeting).where(Meeting.process_id == process.id)
    newest = statement.order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(limit)
    return db.session.scalars(newest.options(joinedload(Meeting.institution))).all()

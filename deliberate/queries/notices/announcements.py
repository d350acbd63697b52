"""Announcements of a process, and when the next one is possible."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Announcement, Process

PER_WEEK = 2
"""The number of announcements of a process within a week."""
WEEK = timedelta(days=7)
SHOWN = 5


def list_announcements(process: Process) -> Sequence[Announcement]:
    """Return the newest announcements of a process, newest first."""
    return db.session.scalars(
        select(Announcement)
        .where(Announcement.process_id == process.id)
        .options(joinedload(Announcement.institution))
        .order_by(Announcement.id.desc())
        .limit(SHOWN)
    ).all()


def next_announcement_at(process: Process) -> datetime:
    """Return the moment from which a process may have another announcement; it can be past."""
    newest = db.session.scalars(
        select(Announcement.published_at)
        .where(Announcement.process_id == process.id)
        .order_by(Announcement.published_at.desc())
        .limit(PER_WEEK)
    ).all()
    return newest[-1] + WEEK if len(newest) == PER_WEEK else now()

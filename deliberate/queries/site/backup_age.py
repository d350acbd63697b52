"""The age of the newest backup; of an installation without one, its own age."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Interaction, JobRun

BACKUP = "backup"
"""The name under which `deliberate backup create` records its runs."""
BACKUP_DUE = timedelta(seconds=100_000)
"""A daily backup is late after this time: one day and four hours."""


def last_backup_at() -> datetime | None:
    """Return when the newest backup was made, None if there was never one."""
    with transient(write=False) as store:
        return store.scalar(select(JobRun.succeeded_at).where(JobRun.name == BACKUP))


def time_without_backup() -> timedelta:
    """Return the time since the newest backup, or since the first act if there was none."""
    since = last_backup_at() or db.session.scalar(select(func.min(Interaction.occurred_at)))
    return now() - since if since else timedelta()


def is_backup_late() -> bool:
    """Return whether a daily backup is missing, also if there was never one."""
    return time_without_backup() > BACKUP_DUE

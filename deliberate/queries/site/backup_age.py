"""The age of the newest backup; of an installation without one, its own age."""

from datetime import timedelta

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Interaction, JobRun

BACKUP = "backup"
"""The name under which `deliberate backup create` records its runs."""


def time_without_backup() -> timedelta:
    """Return the time since the newest backup, or since the first act if there was none."""
    with transient(write=False) as store:
        since = store.scalar(select(JobRun.succeeded_at).where(JobRun.name == BACKUP))
    since = since or db.session.scalar(select(func.min(Interaction.occurred_at)))
    return now() - since if since else timedelta()

"""Health checks: database, schema version, sealing, disk space, mail and jobs."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, get_replica, transient
from deliberate.database.replica import MAX_LAG_SECONDS
from deliberate.database.schema import newest_revision, stored_revision
from deliberate.file_storage import file_storage
from deliberate.models import JobRun, Process, Release
from deliberate.models.log.signed_tree_head import LATE_AFTER
from deliberate.queries.log.tree_heads import unsealed_age
from deliberate.queries.notices.stuck_deliveries import count_stuck_mails, count_stuck_notices
from deliberate.queries.releases.release_files import MANIFEST
from deliberate.queries.site.backup_age import (
    is_backup_late,
    last_backup_at,
    time_without_backup,
)

MAX_UNSEALED_AGE = LATE_AFTER
"""If an entry waits longer for its seal, the sealing job does not run."""
RELEASES_CHECKED = 20
"""Newest releases whose files are looked for."""
MIN_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class HealthCheck:
    """The result of a check; `problem` is empty if it passed."""

    name: str
    problem: str = ""
    is_required: bool = True
    """Whether the site must not be visited while the check fails; mail and jobs are not."""

    @property
    def passed(self) -> bool:
        """Return whether there is no problem."""
        return not self.problem


def run_health_checks(settings: Settings) -> list[HealthCheck]:
    """Run all checks and return the results; without a database only that check is returned."""
    try:
        return [
            HealthCheck("database"),
            HealthCheck("migration", _schema_problem()),
            HealthCheck("sealing", _sealing_problem()),
            HealthCheck("disk", _disk_problem(settings.data_path)),
            *_replica_check(),
            HealthCheck("mail", _mail_problem(), is_required=False),
            HealthCheck("jobs", _jobs_problem(), is_required=False),
            HealthCheck("backup", _backup_problem(settings), is_required=False),
            HealthCheck("files", _files_problem(settings.releases_path), is_required=False),
        ]
    except SQLAlchemyError:
        return [HealthCheck("database", "no connection")]


def is_sealing_late() -> bool:
    """Return whether the oldest unsealed entry is older than allowed."""
    return unsealed_age() > MAX_UNSEALED_AGE


def _replica_check() -> list[HealthCheck]:
    """Return the check of the replica, if there is one; without it readers get the primary."""
    replica = get_replica()
    if replica is None:
        return []
    state = replica.state()
    is_behind = state.lag_seconds > MAX_LAG_SECONDS
    return [HealthCheck("replica", state.problem, is_required=is_behind)]


def _schema_problem() -> str:
    revision, newest = stored_revision(db.session.connection()), newest_revision()
    return "" if revision == newest else f"at {revision}, newest is {newest}"


def _sealing_problem() -> str:
    age = unsealed_age()
    if age <= MAX_UNSEALED_AGE:
        return ""
    return f"unsealed entries since {(now() - age).isoformat(timespec='seconds')}"


def _mail_problem() -> str:
    parts = {"mails": count_stuck_mails(), "notices": count_stuck_notices()}
    stuck = [f"{count} {name} stuck" for name, count in parts.items() if count]
    return ", ".join(stuck)


def _jobs_problem() -> str:
    with transient(write=False) as session:
        failed = session.scalars(
            select(JobRun.name).where(JobRun.failed_at.is_not(None)).order_by(JobRun.name)
        ).all()
    return f"failed: {', '.join(failed)}" if failed else ""


def _backup_problem(settings: Settings) -> str:
    """Return since when there was no backup, also if there was never one."""
    if settings.mode != "production" or not is_backup_late():
        return ""
    if last_backup_at() is None:
        return "there was never one"
    return f"none for {time_without_backup() // timedelta(hours=1)} hours"


def _files_problem(folder: Path) -> str:
    """Return which new release has no files here: another host with another folder made it.

    With a bucket, also why that cannot be read.
    """
    if problem := file_storage().problem():
        return problem
    newest = (
        select(Process.slug, Release.stamp)
        .join(Process, Process.id == Release.process_id)
        .where(Release.removed_at.is_(None))
        .order_by(Release.id.desc())
        .limit(RELEASES_CHECKED)
    )
    missing = [
        f"{slug}/{stamp}"
        for slug, stamp in db.session.execute(newest)
        if file_storage().open(folder / slug / stamp / MANIFEST) is None
    ]
    return f"not in {folder.parent} of this host: {', '.join(missing)}" if missing else ""


def _disk_problem(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    return "" if free >= MIN_FREE_BYTES else f"{free // 1024 // 1024} MB free"

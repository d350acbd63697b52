"""How the installation runs: what administrators see, /readyz reports and /metrics counts."""

import platform
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, get_replica, transient
from deliberate.file_storage import StorageUnavailable, file_storage
from deliberate.models import JobRun, PublishedTreeHead
from deliberate.models.log.signed_tree_head import LATE_AFTER
from deliberate.queries.log.tree_heads import latest_tree_head, unsealed_age
from deliberate.queries.notices.stuck_deliveries import (
    count_given_up_mails,
    count_stuck_mails,
    count_stuck_notices,
)
from deliberate.queries.site.backup_age import BACKUP, is_backup_late, last_backup_at

PUBLISHING_DUE = timedelta(hours=2)
"""Tree heads are published every hour."""
JOB_DUE = {"run_minutely": timedelta(minutes=5), "run_nightly": timedelta(hours=28)}
"""Time after which a job that runs in steps has stopped; others follow it."""
NIGHT_DUE = timedelta(hours=25)
"""Time after which a night was missed; what it does is then made up for."""
LOW_DISK_BYTES = 1_000_000_000
LARGE_UPLOAD_SHARE = 0.8
GIVEN_UP_MAILS = 10


@dataclass(frozen=True)
class JobState:
    """A job or a step of one, with its last runs."""

    name: str
    succeeded_at: datetime | None
    failed_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Return whether the job should have run since its last success."""
        due = JOB_DUE.get(self.name)
        return due is not None and (self.succeeded_at is None or now() - self.succeeded_at > due)


@dataclass(frozen=True)
class OperationsState:
    """Everything that one person with one server watches."""

    unsealed_seconds: float
    is_seal_late: bool
    sealed_at: datetime | None
    published_at: datetime | None
    jobs: list[JobState]
    backup_at: datetime | None
    is_backup_late: bool
    stuck_mails: int
    stuck_notices: int
    given_up_mails: int
    free_bytes: int
    upload_bytes: int | None
    """None while the bucket does not respond."""
    upload_limit_bytes: int
    replica: str | None
    """The problem of the replica, empty if it is current, None without one."""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def is_publishing_late(self) -> bool:
        """Return whether no head was published for hours, though the log has one."""
        if self.sealed_at is None:
            return False
        return now() - (self.published_at or self.sealed_at) > PUBLISHING_DUE

    @property
    def troubled_jobs(self) -> list[JobState]:
        """Return the jobs whose last run failed or that have stopped."""
        return [job for job in self.jobs if job.failed_at or job.is_late]

    @property
    def is_mail_stuck(self) -> bool:
        """Return whether mails or notices do not leave."""
        waiting = self.stuck_mails + self.stuck_notices
        return waiting > 0 or self.given_up_mails > GIVEN_UP_MAILS

    @property
    def is_disk_low(self) -> bool:
        """Return whether files will soon be refused."""
        share = (self.upload_bytes or 0) / self.upload_limit_bytes
        return self.free_bytes < LOW_DISK_BYTES or share > LARGE_UPLOAD_SHARE


def get_operations_state(settings: Settings) -> OperationsState:
    """Return how the installation runs at this moment."""
    age, head, replica = unsealed_age(), latest_tree_head(), get_replica()
    return OperationsState(
        unsealed_seconds=age.total_seconds(),
        is_seal_late=age > LATE_AFTER,
        sealed_at=head.made_at if head else None,
        published_at=_published_at(),
        jobs=[job for job in list_job_states() if job.name != BACKUP],
        backup_at=last_backup_at(),
        is_backup_late=is_backup_late(),
        stuck_mails=count_stuck_mails(),
        stuck_notices=count_stuck_notices(),
        given_up_mails=count_given_up_mails(),
        free_bytes=shutil.disk_usage(settings.data_path).free,
        upload_bytes=_upload_bytes(settings.upload_path),
        upload_limit_bytes=settings.upload_storage_mb * 1024 * 1024,
        replica=replica.state().problem if replica else None,
        versions=_versions(),
    )


def _upload_bytes(folder: Path) -> int | None:
    try:
        return file_storage().total_bytes(folder)
    except StorageUnavailable:
        return None


def list_job_states() -> list[JobState]:
    """Return the jobs that have run on any host, by name."""
    with transient(write=False) as session:
        runs = session.scalars(select(JobRun).order_by(JobRun.name))
        return [JobState(run.name, run.succeeded_at, run.failed_at) for run in runs]


def _published_at() -> datetime | None:
    newest = select(PublishedTreeHead.published_at).order_by(PublishedTreeHead.size.desc())
    return db.session.scalar(newest.limit(1))


def _versions() -> dict[str, str]:
    """Return the versions that a report of a fault needs."""
    connection = db.session.connection()
    numbers = connection.dialect.server_version_info or ()
    return {
        "Deliberate": str(current_app.config["VERSION"]),
        "Python": platform.python_version(),
        connection.dialect.name: ".".join(map(str, numbers)),
        "schema": str(
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        ),
    }


def is_night_missed() -> bool:
    """Return whether the nightly job last began more than a day and an hour ago.

    A new installation has missed none: its first night is to come.
    """
    with transient(write=False) as store:
        run = store.get(JobRun, "run_nightly")
        return run is not None and run.started_at <= now() - NIGHT_DUE

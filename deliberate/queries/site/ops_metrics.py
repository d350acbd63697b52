"""Operational metrics: sealing, mail, cases, moderation, jobs and disk space."""

import shutil
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db
from deliberate.file_storage import StorageUnavailable, file_storage
from deliberate.models import Appeal, Delivery, Proposal, Report, UnsealedEntry
from deliberate.queries.log.tree_heads import latest_tree_head, unsealed_age
from deliberate.queries.notices.stuck_deliveries import (
    count_given_up_mails,
    count_stuck_mails,
    count_stuck_notices,
)
from deliberate.queries.responses.response_owner import response_is_owed
from deliberate.queries.site.backup_age import BACKUP, time_without_backup
from deliberate.queries.site.operations_state import list_job_states


@dataclass(frozen=True)
class Metric:
    """A gauge; with a `label`, the keys of `values` are label values."""

    name: str
    meaning: str
    values: dict[str, float]
    label: str = ""


def collect_ops_metrics(settings: Settings) -> list[Metric]:
    """Return the current metrics; without a database only disk space and that it is down."""
    free = shutil.disk_usage(settings.data_path).free
    metrics = [
        _metric("disk_free_bytes", "Free space of the data folder.", free),
        *_uploads(settings),
        _metric(
            "upload_limit_bytes",
            "Size up to which files are accepted.",
            settings.upload_storage_mb * 1024 * 1024,
        ),
    ]
    is_database_up = True
    try:
        metrics += [*_log(), *_mail(), *_cases(), *_moderation(), *_jobs()]
    except SQLAlchemyError:
        db.session.rollback()
        is_database_up = False
    return [*metrics, _metric("database_up", "Whether the database responds.", is_database_up)]


def _metric(name: str, meaning: str, value: float) -> Metric:
    return Metric(f"deliberate_{name}", meaning, {"": float(value)})


def _uploads(settings: Settings) -> list[Metric]:
    """Return the size of uploads; nothing while the bucket does not respond."""
    try:
        size = file_storage().total_bytes(settings.upload_path)
    except StorageUnavailable:
        return []
    return [_metric("upload_bytes", "Size of all uploaded files.", size)]


def _log() -> list[Metric]:
    head = latest_tree_head()
    unsealed = _number(select(func.count()).select_from(UnsealedEntry))
    age = unsealed_age().total_seconds()
    return [
        _metric("log_entries", "Sealed entries of the log.", head.size if head else 0),
        _metric("unsealed_entries", "Entries that no tree head covers yet.", unsealed),
        _metric("unsealed_seconds", "Age of the oldest unsealed entry.", age),
    ]


def _mail() -> list[Metric]:
    unsent = select(func.count(), func.min(Delivery.created_at)).where(
        Delivery.channel == "mail", Delivery.sent_at.is_(None)
    )
    count, oldest = db.session.execute(unsent).one()
    age = (now() - oldest).total_seconds() if oldest else 0
    return [
        _metric("mails_waiting", "Mails not sent yet.", count),
        _metric("mail_waiting_seconds", "Age of the oldest mail not sent yet.", age),
        _metric("mails_stuck", "Mails that wait longer than an hour.", count_stuck_mails()),
        _metric("mails_given_up", "Mails given up within a day.", count_given_up_mails()),
        _metric("notices_stuck", "Notices not delivered after an hour.", count_stuck_notices()),
    ]


def _cases() -> list[Metric]:
    is_overdue = case((Proposal.due_at <= now(), 1), else_=0)
    query = select(func.count(Proposal.id), func.sum(is_overdue)).where(response_is_owed())
    count, overdue = db.session.execute(query).one()
    return [
        _metric("cases_open", "Proposals that need a response.", count),
        _metric("cases_overdue", "Proposals whose response is overdue.", overdue or 0),
    ]


def _moderation() -> list[Metric]:
    reports = select(func.count()).where(Report.resolved_at.is_(None))
    appeals = select(func.count()).where(Appeal.decided_at.is_(None))
    return [
        _metric("reports_open", "Reports without a decision.", _number(reports)),
        _metric("appeals_open", "Appeals without a decision.", _number(appeals)),
    ]


def _number(query: Select[int]) -> int:
    return int(db.session.scalar(query) or 0)


def _jobs() -> list[Metric]:
    jobs, moment = list_job_states(), now()
    ages = {
        job.name: (moment - job.succeeded_at).total_seconds() for job in jobs if job.succeeded_at
    }
    # Without any backup an alarm on its age must ring: the age is then that of the installation.
    ages[BACKUP] = time_without_backup().total_seconds()
    failed = {job.name: float(job.failed_at is not None) for job in jobs}
    return [
        Metric("deliberate_job_age_seconds", "Time since the last successful run.", ages, "job"),
        Metric("deliberate_job_failed", "Whether the last run of a job failed.", failed, "job"),
    ]

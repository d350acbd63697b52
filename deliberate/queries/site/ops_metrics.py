"""What an operator watches: the seal, waiting mail, what is overdue, jobs, the disk."""

import shutil
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, transient
from deliberate.models import Appeal, Delivery, Interaction, JobRun, Proposal, Report
from deliberate.queries.log import newest_head, unsealed_age
from deliberate.queries.responses.response_owner import is_owed


@dataclass(frozen=True)
class Figure:
    """One thing measured now; `of` tells its values apart where there are several."""

    name: str
    meaning: str
    values: dict[str, float]
    of: str = ""


def figures(settings: Settings) -> list[Figure]:
    """Everything measured now; without a database only that it does not answer."""
    free = shutil.disk_usage(settings.data_path).free
    found = [_one("disk_free_bytes", "Free space where the data lies.", free)]
    try:
        found += [*_log(), *_mail(), *_duty(), *_moderation(), *_jobs()]
    except SQLAlchemyError:
        db.session.rollback()
        return [*found, _one("database_up", "Whether the database answers.", 0)]
    return [*found, _one("database_up", "Whether the database answers.", 1)]


def _one(name: str, meaning: str, value: float) -> Figure:
    return Figure(f"deliberate_{name}", meaning, {"": float(value)})


def _scalar(statement: Any) -> int:
    return int(db.session.scalar(statement) or 0)


def _log() -> list[Figure]:
    head = newest_head()
    waiting = _scalar(select(func.count()).where(Interaction.seq.is_(None)))
    age = unsealed_age().total_seconds()
    return [
        _one("log_entries", "Sealed entries of the log.", head.size if head else 0),
        _one("unsealed_entries", "Entries that no head covers yet.", waiting),
        _one("unsealed_seconds", "How long the oldest of them has been waiting.", age),
    ]


def _mail() -> list[Figure]:
    waiting = select(func.count(), func.min(Delivery.made_at)).where(
        Delivery.channel == "mail", Delivery.sent_at.is_(None)
    )
    count, oldest = db.session.execute(waiting).one()
    age = (now() - oldest).total_seconds() if oldest else 0
    return [
        _one("mails_waiting", "Mails not through yet.", count),
        _one("mail_waiting_seconds", "How long the oldest of them has been waiting.", age),
    ]


def _duty() -> list[Figure]:
    is_late = case((Proposal.due_at <= now(), 1), else_=0)
    owed = select(func.count(Proposal.id), func.sum(is_late)).where(is_owed())
    count, late = db.session.execute(owed).one()
    return [
        _one("cases_open", "Proposals that are owed an answer.", count),
        _one("cases_overdue", "Those whose answer is overdue.", late or 0),
    ]


def _moderation() -> list[Figure]:
    reports = select(func.count()).where(Report.settled_at.is_(None))
    appeals = select(func.count()).where(Appeal.decided_at.is_(None))
    return [
        _one("reports_open", "Reports without a decision.", _scalar(reports)),
        _one("appeals_open", "Appeals without a decision.", _scalar(appeals)),
    ]


def _jobs() -> list[Figure]:
    with transient(write=False) as store:
        runs = list(store.scalars(select(JobRun).order_by(JobRun.name)))
    moment = now()
    ages = {r.name: (moment - r.done_at).total_seconds() for r in runs if r.done_at}
    failed = {r.name: float(r.failed_at is not None) for r in runs}
    return [
        Figure("deliberate_job_age_seconds", "Since a job last ended well.", ages, "job"),
        Figure("deliberate_job_failed", "Whether a job's last run failed.", failed, "job"),
    ]

"""Recording the runs of periodic jobs, so that a job that no longer runs is noticed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import JobRun


@contextmanager
def track_job_run(name: str) -> Iterator[None]:
    """Store when a job starts and how it ends; errors of the store do not stop the job."""
    started_at = now()
    try:
        yield
    except Exception:
        _store_run(name, started_at, failed_at=now())
        raise
    _store_run(name, started_at, succeeded_at=now(), failed_at=None)


def _store_run(name: str, started_at: datetime, **columns: datetime | None) -> None:
    with suppress(SQLAlchemyError), transient() as session:
        run = session.get(JobRun, name) or JobRun(name=name)
        run.started_at = started_at
        for column, moment in columns.items():
            setattr(run, column, moment)
        session.add(run)

"""Recording the runs of periodic jobs, so that a job that no longer runs is noticed."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import JobRun

Step = Callable[[], object]
T = TypeVar("T")

_log = logging.getLogger(__name__)


def run_steps(job: str, steps: Mapping[str, Step]) -> None:
    """Run the steps of a job, each whether or not an earlier one failed, and track each.

    Raises ExceptionGroup at the end if any failed, so that the job counts as failed as well.
    """
    failures = []
    for name, step in steps.items():
        try:
            with track_job_run(name):
                step()
        except Exception as error:
            db.session.rollback()
            _log.exception("step %s of %s failed", name, job)
            failures.append(error)
    if failures:
        raise ExceptionGroup(job, failures)


def run_each(job: str, items: Iterable[T], run: Callable[[T], object]) -> int:
    """Run a job for each item, whether or not an earlier one failed, and return their number.

    Raises ExceptionGroup at the end if any failed, so that the job counts as failed.
    """
    done, failures = 0, []
    for item in items:
        try:
            run(item)
        except Exception as error:
            db.session.rollback()
            _log.exception("%s failed for %r", job, item)
            failures.append(error)
        else:
            done += 1
    if failures:
        raise ExceptionGroup(job, failures)
    return done


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

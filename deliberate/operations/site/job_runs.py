"""Noting when periodic work begins and ends, so that a job that stands still is seen."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import JobRun


@contextmanager
def track_job_run(name: str) -> Iterator[None]:
    """Note the run of a job; a note that cannot be written stops no work."""
    began = now()
    try:
        yield
    except Exception:
        _note(name, began, failed_at=now())
        raise
    _note(name, began, done_at=now(), failed_at=None)


def _note(name: str, began: datetime, **ended: datetime | None) -> None:
    with suppress(SQLAlchemyError), transient() as store:
        run = store.get(JobRun, name) or JobRun(name=name)
        run.began_at = began
        for column, moment in ended.items():
            setattr(run, column, moment)
        store.add(run)

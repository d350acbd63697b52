"""Periodic jobs: sealing within seconds, nightly jobs, jobs on an empty installation."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from deliberate import jobs, start_jobs
from deliberate.config import Settings
from deliberate.database import db, transient
from deliberate.models import Interaction, JobRun, SignedTreeHead
from tests import factories
from tests.notices.test_delivery import create_pending_mails


def test_job_seals_acts_within_seconds(app):
    factories.create_resident()
    running = start_jobs(app)
    try:
        for _ in range(600):
            db.session.rollback()
            if db.session.scalar(select(func.max(SignedTreeHead.size))):
                break
            time.sleep(0.1)
    finally:
        running.stop()
    db.session.rollback()
    assert db.session.scalars(select(Interaction.seq)).all() == [0]


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Makassar", 18), ("Asia/Jakarta", 19), ("UTC", 2)]
)
def test_nightly_jobs_run_at_night_in_the_site_time_zone(app, clock, tmp_path, zone, hour):
    class App:
        config = {"SETTINGS": Settings(mode="test", timezone=zone, data_dir=str(tmp_path))}

    queue = jobs.create_schedule(App())
    moment = datetime(2026, 3, 2, hour, 10, tzinfo=UTC).replace(tzinfo=None)
    due = {task.name for task in queue.read_periodic(moment)}
    queue.storage.close()
    assert {"run_nightly", "notify_witnesses", "run_minutely", "minute"} <= due


def test_step_that_fails_does_not_stop_the_later_steps_of_a_job(app, monkeypatch):
    def fail() -> None:
        raise IndexError("list index out of range")

    create_pending_mails(people=1, each=1)
    monkeypatch.setattr(jobs, "create_reminders", fail)
    sent = []
    monkeypatch.setattr(jobs, "send_due", lambda: sent.append(1))
    with pytest.raises(ExceptionGroup):
        jobs.run_minutely(app.config["SETTINGS"])
    assert sent == [1]
    with transient(write=False) as store:
        failed = {run.name for run in store.scalars(select(JobRun)) if run.failed_at}
    assert failed == {"create_reminders"}


def test_job_on_an_empty_installation_records_no_act(app, log):
    settings = app.config["SETTINGS"]
    for job in (
        jobs.run_minutely,
        jobs.shuffle_ballot_storage,
        jobs.publish_tree_heads,
        jobs.run_nightly,
        jobs.notify_witnesses,
    ):
        job(settings)
    assert log() == []

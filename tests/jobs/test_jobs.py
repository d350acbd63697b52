"""Periodic jobs: sealing within seconds, nightly jobs, jobs on an empty installation."""

import time
from datetime import UTC, datetime

import pytest
from huey import MemoryHuey
from sqlalchemy import func, select

from deliberate import jobs, start_jobs
from deliberate.config import Settings
from deliberate.database import db, transient
from deliberate.models import Interaction, JobRun, SignedTreeHead
from deliberate.operations.releases import releases
from deliberate.operations.site.job_runs import run_each
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


def test_job_is_left_out_while_its_last_run_goes_on(app):
    runs, task = [], []

    def job(_settings):
        runs.append(1)
        if len(runs) == 1:
            task[0].call_local()  # as the next minute does

    task.append(jobs._register(MemoryHuey(), app, job))
    task[0].call_local()
    assert len(runs) == 1
    task[0].call_local()
    assert len(runs) == 2


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


def test_item_that_fails_does_not_stop_the_others_and_fails_the_job(app):
    done = []

    def run(item: int) -> None:
        if item == 2:
            raise IndexError(item)
        done.append(item)

    with pytest.raises(ExceptionGroup, match="publish_all_releases"):
        run_each("publish_all_releases", [1, 2, 3], run)
    assert done == [1, 3]
    assert run_each("publish_all_releases", [1, 3], run) == 2


def test_release_that_cannot_be_built_leaves_the_next_process_its_own(app, tmp_path, monkeypatch):
    slugs = [factories.create_process().slug for _ in range(2)]
    publish, published = releases.publish_release, []

    def publish_or_fail(builder, process, *arguments, **options):
        if process.slug == slugs[0]:
            raise OSError("no space left on device")
        published.append(publish(builder, process, *arguments, **options).process_id)

    monkeypatch.setattr(releases, "publish_release", publish_or_fail)
    with pytest.raises(ExceptionGroup):
        jobs.run_nightly(Settings(mode="test", data_dir=str(tmp_path)))
    assert len(published) == 1
    with transient() as store:
        assert store.get_one(JobRun, "publish_all_releases").failed_at is not None

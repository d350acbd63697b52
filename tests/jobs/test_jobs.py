"""Periodic jobs: sealing within seconds, nightly jobs, jobs on an empty installation."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from deliberate import jobs, start_jobs
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Interaction, SignedTreeHead
from tests import factories


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

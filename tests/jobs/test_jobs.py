"""The periodic work runs beside the pages, by the clock."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from deliberate import jobs, start_jobs
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Interaction, SignedTreeHead
from tests import factories


def test_what_is_done_is_sealed_within_seconds(app):
    factories.resident()
    running = start_jobs(app)
    try:
        for _ in range(100):
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
def test_the_night_is_the_citys(app, clock, tmp_path, zone, hour):
    class Told:
        config = {"SETTINGS": Settings(mode="test", timezone=zone, data_dir=str(tmp_path))}

    queue = jobs.jobs_of(Told())
    at = datetime(2026, 3, 2, hour, 10, tzinfo=UTC).replace(tzinfo=None)
    due = {task.name for task in queue.read_periodic(at)}
    queue.storage.close()
    assert {"close_the_day", "tell_witnesses", "tell_everyone", "minute"} <= due


def test_each_work_runs_on_an_empty_house_and_leaves_no_act(app, log):
    settings = app.config["SETTINGS"]
    for work in (
        jobs.run_minutely,
        jobs.shuffle_ballot_storage,
        jobs.publish_tree_heads,
        jobs.run_nightly,
        jobs.tell_witnesses,
    ):
        work(settings)
    assert log() == []

"""Killed at any moment, the sealer leaves a log that verifies, with nothing twice."""

import time

import pytest
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Interaction, Segment
from deliberate.queries.log import segment_files
from deliberate.sealing import segments
from tests.sealing.log_filler import fill
from tests.sealing.subprocesses import in_another_process


def seal_for_ever(settings) -> None:
    """Small heads, small segments, so that a kill hits anywhere."""
    key = sealing.own_key(settings)
    while True:
        sealing.seal(key, settings.base_url, 7)
        sealing.write_segments(settings.log_path)


@pytest.mark.parametrize("after", [0.02, 0.1, 0.25])
def test_a_killed_sealer_leaves_a_log_that_verifies(app, monkeypatch, after):
    monkeypatch.setattr(segments, "ROWS_A_SEGMENT", 64)
    settings = app.config["SETTINGS"]
    fill(1500)
    for more in range(4):
        sealer = in_another_process(app, seal_for_ever, settings)
        time.sleep(after + more / 90)
        sealer.kill()
        sealer.join()
        sealer.close()
        assert sealing.verify(settings.log_path) == []
    sealing.seal_log(settings)
    sealing.write_segments(settings.log_path, rest=True)
    assert sealing.verify(settings.log_path) == []
    rows = db.session.scalar(select(func.count(Interaction.id)))
    assert segment_files(settings.log_path, rows)[1] == rows
    assert db.session.scalar(select(func.sum(Segment.last - Segment.first + 1))) == rows

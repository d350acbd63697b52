"""The log verifies after the sealer was killed at any moment."""

import time

import pytest
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Interaction, Segment
from deliberate.queries.log.sealed_log import segment_files
from deliberate.sealing import segments
from tests.sealing.log_filler import fill
from tests.sealing.subprocesses import in_another_process


def seal_forever(settings) -> None:
    """Seal in small batches and segments, so that a kill hits any step."""
    key = sealing.current_signing_key(settings)
    while True:
        sealing.seal_batch(key, settings.base_url, 7)
        sealing.write_segments(settings.log_path)


@pytest.mark.parametrize("after", [0.02, 0.1, 0.25])
def test_log_verifies_after_the_sealer_was_killed(app, monkeypatch, after):
    monkeypatch.setattr(segments, "ROWS_PER_SEGMENT", 64)
    settings = app.config["SETTINGS"]
    fill(1500)
    for round_number in range(4):
        sealer = in_another_process(app, seal_forever, settings)
        time.sleep(after + round_number / 90)
        sealer.kill()
        sealer.join()
        sealer.close()
        assert sealing.verify_log(settings.log_path) == []
    sealing.seal_log(settings)
    sealing.write_segments(settings.log_path, rest=True)
    assert sealing.verify_log(settings.log_path) == []
    rows = db.session.scalar(select(func.count(Interaction.id)))
    assert segment_files(settings.log_path, rows)[1] == rows
    assert db.session.scalar(select(func.sum(Segment.last - Segment.first + 1))) == rows

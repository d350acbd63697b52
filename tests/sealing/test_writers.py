"""Concurrent writers and the sealer leave dense positions."""

import multiprocessing
import os
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db, new_id, unrecorded
from deliberate.models import Interaction, Position
from tests.sealing.subprocesses import in_another_process

WRITERS = 8
SECONDS = float(os.environ.get("WRITE_SECONDS", "2"))  # sixty in `make chaos`


def write_for_a_while(written: Any) -> None:
    """Write entries until the time is up; retry when the database is busy."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if try_write(lambda: write(written.value)):
            with written.get_lock():
                written.value += 1


def try_write(function: Callable[[], object]) -> bool:
    """Return whether the write succeeded; a busy database raises OperationalError."""
    try:
        function()
    except OperationalError as error:
        assert "locked" in str(error), error
        return False
    return True


def write(number: int) -> None:
    """Insert an entry as recorded() does."""
    with unrecorded("test settings") as session:
        row = Interaction(
            id=new_id(),
            occurred_at=now(),
            kind="follow.started",
            actor_role="resident",
            account_class="person",
            subject_type="proposal",
            subject_id=number,
            origin="web",
            details={},
        )
        session.add(row)


def test_positions_are_dense_with_concurrent_writers(app):
    settings = app.config["SETTINGS"]
    written = multiprocessing.get_context("fork").Value("q", 0)
    writers = [in_another_process(app, write_for_a_while, written) for _ in range(WRITERS)]
    while any(writer.is_alive() for writer in writers):
        try_write(lambda: sealing.seal_log(settings))
        time.sleep(0.02)
    sealing.seal_log(settings)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    rows, numbers, lowest, highest = db.session.execute(
        select(
            func.count(),
            func.count(Position.seq.distinct()),
            func.min(Position.seq),
            func.max(Position.seq),
        )
        .select_from(Interaction)
        .outerjoin(Position, Position.entry == Interaction.id)
    ).one()
    assert (rows, numbers, lowest, highest) == (written.value, rows, 0, rows - 1)
    assert rows > WRITERS
    assert sealing.verify_log() == []
    print(f"{rows} entries")

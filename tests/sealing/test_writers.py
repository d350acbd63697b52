"""Eight writers at once, and the sealer among them: a dense sequence, nothing skipped or twice."""

import time

from sqlalchemy import func, select

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db, new_id, unrecorded
from deliberate.models import Interaction
from tests.sealing.forking import in_another_process

WRITERS, SECONDS = 8, 2.0


def write_for_a_while() -> None:
    """Act after act, a transaction each."""
    until, written = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        written += 1
        with unrecorded("test settings") as session:
            row = Interaction(
                id=new_id(),
                occurred_at=now(),
                kind="follow.started",
                actor_role="resident",
                account_class="person",
                subject_type="proposal",
                subject_id=written,
                origin="web",
                details={},
            )
            session.add(row)


def test_eight_writers_and_the_sealer_leave_a_dense_sequence(app):
    settings = app.config["SETTINGS"]
    writers = [in_another_process(app, write_for_a_while) for _ in range(WRITERS)]
    while any(writer.is_alive() for writer in writers):
        sealing.seal_log(settings)
        time.sleep(0.02)
    sealing.seal_log(settings)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    rows, numbers, lowest, highest = db.session.execute(
        select(
            func.count(),
            func.count(Interaction.seq.distinct()),
            func.min(Interaction.seq),
            func.max(Interaction.seq),
        ).select_from(Interaction)
    ).one()
    assert (rows, lowest, highest) == (numbers, 0, numbers - 1)
    assert rows > WRITERS
    assert sealing.verify() == []

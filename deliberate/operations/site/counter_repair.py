"""Putting counters right: no act, for nothing happened but counting."""

from sqlalchemy import update

from deliberate.database import unrecorded
from deliberate.queries.site.counter_check import Wrong, wrong_counters


def repair_counters() -> list[Wrong]:
    """Write what the rows say where a counter says otherwise; gives what was wrong."""
    with unrecorded("counter repair") as session:
        wrong = list(wrong_counters(session))
        for counter in wrong:
            owner = counter.column.class_
            session.execute(
                update(owner)
                .where(owner.id == counter.id)
                .values({counter.column: counter.counted})
            )
    return wrong

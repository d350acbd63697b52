"""Repair of counter columns; no act of a person, so none is recorded."""

from sqlalchemy import update

from deliberate.database import unrecorded
from deliberate.queries.site.counter_check import CounterMismatch, find_counter_mismatches


def repair_counters() -> list[CounterMismatch]:
    """Set every counter that differs to the counted value; return the mismatches found."""
    with unrecorded("counter repair") as session:
        mismatches = list(find_counter_mismatches(session))
        for mismatch in mismatches:
            owner = mismatch.column.class_
            session.execute(
                update(owner)
                .where(owner.id == mismatch.id)
                .values({mismatch.column: mismatch.counted})
            )
    return mismatches

"""Save how far a person has read a thread; reading is not recorded."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Person, ReadingPosition
from deliberate.queries.threads.unread_comments import last_read_before_visit

REFRESH_AFTER = timedelta(minutes=5)
"""An unchanged position is written again after this time only."""


def save_reading_position(
    reader: Person, proposal_id: int, before: ReadingPosition | None, newest_id: int
) -> None:
    """Save the newest comment shown to a person, and the last one read before this visit.

    `before` is the position as it was stored. Does nothing where the transient store cannot be
    written, so that reading never fails.
    """
    last_read_id = last_read_before_visit(before)
    start = newest_id if last_read_id is None else last_read_id
    if before is not None and _is_current(before, start, newest_id):
        return
    position = ReadingPosition(
        person_id=reader.id,
        proposal_id=proposal_id,
        last_read_id=start,
        newest_id=newest_id,
        viewed_at=now(),
    )
    with suppress(OperationalError), transient() as store:
        store.merge(position)


def _is_current(position: ReadingPosition, last_read_id: int, newest_id: int) -> bool:
    """Return whether a stored position has these comments and was written recently."""
    is_unchanged = (position.last_read_id, position.newest_id) == (last_read_id, newest_id)
    return is_unchanged and now() - position.viewed_at < REFRESH_AFTER

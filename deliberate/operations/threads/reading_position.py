"""Keeping how far somebody has read a thread; reading is no act."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Person, Proposal, ReadingPosition

AFTER = timedelta(minutes=5)
"""A place where nothing is new is written again so seldom."""


def keep_place(reader: Person, proposal: Proposal, before: int | None, newest: int) -> None:
    """Keep the newest comment that somebody was shown, and where this visit began.

    Where nothing can be written, reading goes on.
    """
    with suppress(OperationalError):
        key = (reader.id, proposal.id)
        with transient(write=False) as store:
            place = store.get(ReadingPosition, key)
        start = newest if before is None else before
        is_same = place is not None and (place.before, place.newest) == (start, newest)
        if place is not None and is_same and now() - place.looked_at < AFTER:
            return
        with transient() as store:
            store.merge(
                ReadingPosition(
                    person_id=reader.id,
                    proposal_id=proposal.id,
                    before=start,
                    newest=newest,
                    looked_at=now(),
                )
            )

"""Verification of times: a row is dated between the previous tree head and its own.

Only rows of an import or a seed carry another time. Positions give the order in which rows were
sealed and heads the time, so an invented time is visible without any other record.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import itemgetter

from deliberate.models.log.signed_tree_head import BACKDATING_TOLERANCE
from deliberate.sealing.leaf_hashes import COLUMNS, RawRow
from deliberate.vocabulary import DATED_ORIGINS

SEQ, TIME, ORIGIN = (COLUMNS.index(name) for name in ("seq", "occurred_at", "origin"))
HEAD_PRECISION = timedelta(seconds=1)
"""The signed text of a head has its time without the fraction of a second."""
TOO_EARLY = "the entry is dated before the previous tree head"
TOO_LATE = "the entry is dated after its tree head"


@dataclass(frozen=True)
class Fault:
    """A difference between the log and what was sealed.

    `since` is the time of the seal or head that the change came after, if it is known.
    """

    problem: str
    position: int | None = None
    since: str = ""


@dataclass(frozen=True)
class HeadTime:
    """The size and the signed time of a tree head."""

    size: int
    made_at: datetime


FIRST = HeadTime(0, datetime(1, 1, 2, tzinfo=UTC))
"""Stands for the time before the first head, when rows can have any earlier date."""


def check_dates(rows: Sequence[RawRow], heads: Sequence[HeadTime]) -> Iterator[Fault]:
    """Yield a fault for each row whose time is outside the interval of its tree head."""
    positions = [row[SEQ] for row in rows]
    earlier = heads[0] if heads else FIRST
    for previous, head in pairwise(heads):
        if previous.made_at != head.made_at:  # heads of the same time are one seal
            earlier = previous
        start, stop = bisect_left(positions, previous.size), bisect_left(positions, head.size)
        if start < stop:
            earliest = _stored(earlier.made_at - BACKDATING_TOLERANCE)
            latest = _stored(head.made_at + HEAD_PRECISION)
            yield from _outside(rows[start:stop], earliest, latest)


def _stored(moment: datetime) -> str:
    """Return a time as raw rows contain it."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}".rjust(26, "0")


_time = itemgetter(TIME)


def _outside(rows: Sequence[RawRow], earliest: str, latest: str) -> Iterator[Fault]:
    dated = [row for row in rows if row[ORIGIN] not in DATED_ORIGINS]
    try:
        times = list(map(_time, dated))
        if not times or (min(times) >= earliest and max(times) <= latest):
            return
        for row in dated:
            if row[TIME] < earliest:
                yield Fault(TOO_EARLY, row[SEQ])
            elif row[TIME] > latest:
                yield Fault(TOO_LATE, row[SEQ])
    except TypeError:  # a value that is no time: its leaf is wrong as well
        return

"""Queries for tree heads, and the age of the oldest unsealed entry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import PublishedTreeHead, SealedDates, SignedTreeHead, UnsealedEntry


@dataclass(frozen=True)
class TreeHeadSummary:
    """Size and root of a tree head."""

    size: int
    root: str
    made_at: datetime | None = None


@dataclass(frozen=True)
class PublishedHeadRow:
    """A published tree head with its signature."""

    size: int
    root: str
    key: str
    signature: str
    made_at: datetime


def latest_tree_head() -> TreeHeadSummary | None:
    """Return size and root of the newest tree head, or None before the first."""
    row = db.session.execute(
        select(SignedTreeHead.size, SignedTreeHead.root, SignedTreeHead.made_at)
        .order_by(SignedTreeHead.size.desc())
        .limit(1)
    ).first()
    return TreeHeadSummary(row.size, row.root, row.made_at) if row else None


@dataclass(frozen=True)
class DateCounts:
    """How many sealed rows of a process waited for their head, and how many a source dated."""

    late: int
    dated: int


def count_sealed_dates(process_id: int, size: int | None = None) -> DateCounts:
    """Return how many sealed rows of a process were sealed late or are dated by their source.

    `size` limits the rows to those of a tree head.
    """
    late, dated = func.sum(SealedDates.late), func.sum(SealedDates.dated)
    query = select(func.coalesce(late, 0), func.coalesce(dated, 0))
    query = query.where(SealedDates.process_id == process_id)
    if size is not None:
        query = query.where(SealedDates.size <= size)
    row = db.session.execute(query).one()
    return DateCounts(*map(int, row))


_PUBLISHED_HEADS = (
    select(
        SignedTreeHead.size,
        SignedTreeHead.root,
        SignedTreeHead.key_id,
        SignedTreeHead.signature,
        SignedTreeHead.made_at,
    )
    .join(PublishedTreeHead, PublishedTreeHead.size == SignedTreeHead.size)
    .order_by(SignedTreeHead.size.desc())
    .limit(bindparam("rows", type_=Integer))
)


def list_published_heads(limit: int) -> list[PublishedHeadRow]:
    """Return the newest published tree heads, newest first."""
    rows = db.session.execute(_PUBLISHED_HEADS, {"rows": limit})
    return [PublishedHeadRow(*row) for row in rows]


def latest_published_head() -> TreeHeadSummary | None:
    """Return size and root of the newest published tree head; pages show no newer one."""
    newest = next(iter(list_published_heads(1)), None)
    return TreeHeadSummary(newest.size, newest.root) if newest else None


def unsealed_age() -> timedelta:
    """Return the age of the oldest unsealed entry, zero without any."""
    oldest = db.session.scalar(select(func.min(UnsealedEntry.entry)))
    if oldest is None:
        return timedelta(0)
    written = int(oldest[:12], 16) / 1000  # a UUIDv7 begins with its time in milliseconds
    return timedelta(seconds=max(0.0, now().timestamp() - written))

"""What is new in a thread since somebody's last visit."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Label, func, literal, select

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Comment, Proposal, ReadingPosition

VISIT = timedelta(minutes=30)
"""Looks at a thread that are no further apart are one visit: what was new stays marked."""
MOST = 100
"""New comments that are counted; more are "more than so many"."""


def read_before(person_id: int, proposal_id: int) -> int | None:
    """The last comment somebody can have read before this visit; None on the first one."""
    with transient(write=False) as store:
        place = store.get(ReadingPosition, (person_id, proposal_id))
    if place is None:
        return None
    return place.newest if now() - place.looked_at > VISIT else place.before


def news_for(person_id: int, since: int | None) -> tuple[Label[Any], ...]:
    """Columns of a statement on a proposal: its newest comment, how many are new, the first.

    One's own are not new to oneself, and a tombstone is none. Each is found along one index.
    """
    its_own = Comment.proposal_id == Proposal.id
    newest = select(func.max(Comment.id)).where(its_own).correlate(Proposal)
    unread = select(Comment.id).where(
        its_own,
        Comment.id > (since or 0),
        Comment.author_id.is_distinct_from(person_id),
        Comment.withdrawn_at.is_(None),
        Comment.is_shown_now(),
        literal(since is not None),
    )
    some = unread.correlate(Proposal).limit(MOST).subquery()
    first = unread.correlate(Proposal).order_by(Comment.id).limit(1)
    return (
        func.coalesce(newest.scalar_subquery(), 0).label("newest"),
        select(func.count()).select_from(some).scalar_subquery().label("unread"),
        first.scalar_subquery().label("first_unread"),
    )

"""Comments of a thread that are new since a person's previous visit."""

from datetime import timedelta
from typing import Any

from sqlalchemy import BindParameter, Label, bindparam, func, select

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Comment, Proposal, ReadingPosition
from deliberate.models.moderation.visibility import ANYONE

VISIT_GAP = timedelta(minutes=30)
"""Views of a thread at most this far apart are one visit, so new comments stay marked."""
MAX_UNREAD = 100
"""New comments that are counted; a page shows more as "100+"."""

_POSITION = select(ReadingPosition).where(
    ReadingPosition.person_id == bindparam("person"),
    ReadingPosition.proposal_id == bindparam("proposal"),
)


def last_read_before_visit(position: ReadingPosition | None) -> int | None:
    """Return the newest comment a person can have read before this visit; None on the first."""
    if position is None:
        return None
    is_new_visit = now() - position.viewed_at > VISIT_GAP
    return position.newest_id if is_new_visit else position.last_read_id


def get_reading_position(person_id: int, proposal_id: int) -> ReadingPosition | None:
    """Return how far a person has read a thread; None before the first visit."""
    with transient(write=False) as store:
        return store.scalar(_POSITION, {"person": person_id, "proposal": proposal_id})


def unread_columns(
    person_id: BindParameter[int], last_read_id: BindParameter[int | None]
) -> tuple[Label[Any], ...]:
    """Return columns on a proposal: newest comment, count of unread ones, first unread one.

    A person's own comments and tombstones are not unread, and on a first visit none is.
    Each column uses one index.
    """
    is_in_thread = Comment.proposal_id == Proposal.id
    newest = select(func.max(Comment.id)).where(is_in_thread).correlate(Proposal)
    unread = select(Comment.id).where(
        is_in_thread,
        Comment.id > last_read_id,
        Comment.author_id.is_distinct_from(person_id),
        Comment.visible_to(ANYONE),
    )
    counted = unread.correlate(Proposal).limit(MAX_UNREAD).subquery()
    first = unread.correlate(Proposal).order_by(Comment.id).limit(1)
    return (
        func.coalesce(newest.scalar_subquery(), 0).label("newest"),
        select(func.count()).select_from(counted).scalar_subquery().label("unread"),
        first.scalar_subquery().label("first_unread"),
    )

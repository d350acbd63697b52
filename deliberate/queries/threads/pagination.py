"""Which comments a page of a thread shows: chosen by indexes alone, however long the thread is."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from deliberate.models import Comment
from deliberate.queries.site.keyset import Sorting
from deliberate.vocabulary import Stance

PAGE = 20
"""Arguments on a page."""
BRANCH = 100
"""Replies on a page that opens one argument."""
ANCESTORS = 20
"""Comments shown above the one that a link leads to."""
ANSWERS = 5
"""Replies shown below it."""


class Order(StrEnum):
    """In which order arguments stand; never by net likes, which mobs can lift."""

    WEIGHED = "weighed"
    STRONGEST = "strongest"
    NEWEST = "newest"
    OLDEST = "oldest"
    DISCUSSED = "discussed"


class Side(StrEnum):
    """Which arguments are shown."""

    ALL = "all"
    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Reading:
    """How somebody reads a thread: from where, in which order, with which branch open."""

    order: Order = Order.WEIGHED
    side: Side = Side.ALL
    after: int | None = None
    """The argument after which the page begins."""
    at: int | None = None
    """The comment a link leads to; the page begins at its argument."""
    open: int | None = None
    """The argument whose replies are all wanted."""
    replies_after: int = 0
    replies_seen: int = 0

    def only(self, **changes: Any) -> "Reading":
        """The same reading from its beginning, changed."""
        return replace(Reading(self.order, self.side), **changes)


_SORTINGS = {
    Order.WEIGHED: Sorting(Comment.id, Comment.weight),
    Order.STRONGEST: Sorting(Comment.id, Comment.strength),
    Order.DISCUSSED: Sorting(Comment.id, Comment.branch_count),
    Order.NEWEST: Sorting(Comment.id),
    Order.OLDEST: Sorting(Comment.id, rising=True),
}
_SIDES: dict[Side, tuple[ColumnElement[bool], ...]] = {
    Side.ALL: (),
    Side.FOR: (Comment.stance == Stance.FOR,),
    Side.AGAINST: (Comment.stance == Stance.AGAINST,),
    Side.NEUTRAL: (Comment.stance == Stance.NEUTRAL,),
    Side.ANSWERED: (Comment.is_answered.is_(true()),),
}


def sort_key(order: Order, row: Any) -> tuple[int, int]:
    """Where a row stands among the others of its page; smaller stands higher."""
    column = _SORTINGS[order].column
    if column is not None:
        return -getattr(row, column.key), -row.id
    return (row.id, 0) if order == Order.OLDEST else (-row.id, 0)


def comments_to_show(proposal_id: int, reading: Reading) -> CTE:
    """Rows (part, id): page, reply, branch, best; best are the most weighed of each side."""
    parts = [_best(proposal_id, Stance.FOR), _best(proposal_id, Stance.AGAINST)]
    if reading.open is not None:
        parts += _open_branch(proposal_id, reading)
    else:
        page = _page(proposal_id, reading).cte("page")
        parts += [_part("page", select(page.c.id)), *_first_replies(page)]
        if reading.at is not None:
            parts += _way_to(proposal_id, reading.at)
    return union_all(*parts).cte("shown")


Part = Select[str, int]


def _part(name: str, ids: Select[int]) -> Part:
    found = ids.subquery()
    return select(literal(name).label("part"), found.c.id)


def _best(proposal_id: int, stance: Stance) -> Part:
    return _part(
        "best",
        select(Comment.id)
        .where(
            Comment.proposal_id == proposal_id,
            Comment.depth == 0,
            Comment.stance == stance,
            Comment.withdrawn_at.is_(None),
            Comment.hidden_at.is_(None),
        )
        .order_by(Comment.weight.desc(), Comment.id.desc())
        .limit(1),
    )


def _page(proposal_id: int, reading: Reading) -> Select[int, Any]:
    """One argument more than a page, so that one sees whether there are any."""
    sides = _SIDES[reading.side if reading.at is None else Side.ALL]
    found = select(Comment.id).where(Comment.proposal_id == proposal_id, Comment.depth == 0, *sides)
    sorting = _SORTINGS[reading.order]
    if reading.at is None and reading.after is None:
        return sorting.first(found, PAGE + 1)
    last: Any = reading.after if reading.at is None else _root_of(proposal_id, reading.at)
    value = None if sorting.column is None else _value_at(sorting.column, last)
    return sorting.following(
        found, PAGE + 1, value=value, last=last, included=reading.at is not None
    )


def _root_of(proposal_id: int, comment_id: int) -> ScalarSelect[int]:
    linked = aliased(Comment)
    return (
        select(func.coalesce(linked.root_id, linked.id))
        .where(linked.id == comment_id, linked.proposal_id == proposal_id)
        .scalar_subquery()
    )


def _value_at(column: InstrumentedAttribute[int], comment_id: Any) -> ScalarSelect[int]:
    first = aliased(Comment)
    return select(getattr(first, column.key)).where(first.id == comment_id).scalar_subquery()


def _first_replies(page: CTE) -> list[Part]:
    """The two oldest replies of each argument, found by two steps along the branch's index."""
    reply, second = aliased(Comment), aliased(Comment)
    first_id = select(func.min(reply.id)).where(reply.root_id == page.c.id).scalar_subquery()
    first = select(page.c.id.label("root_id"), first_id.label("id")).cte("first_reply")
    second_id = (
        select(func.min(second.id))
        .where(second.root_id == first.c.root_id, second.id > first.c.id)
        .scalar_subquery()
    )
    return [
        _part("reply", select(first.c.id)),
        _part("reply", select(second_id.label("id")).select_from(first)),
    ]


def _open_branch(proposal_id: int, reading: Reading) -> list[Part]:
    """Replies stand in the thread of their argument, so that it alone is asked for its proposal."""
    replies = (
        select(Comment.id)
        .where(Comment.root_id == reading.open, Comment.id > reading.replies_after)
        .order_by(Comment.id)
        .limit(BRANCH + 1)
    )
    root = select(Comment.id).where(
        Comment.proposal_id == proposal_id, Comment.id == reading.open, Comment.depth == 0
    )
    return [_part("page", root), _part("reply", replies)]


def _way_to(proposal_id: int, comment_id: int) -> list[Part]:
    """The comment, those it answers up to ANCESTORS steps, and its first replies."""
    step = (
        select(Comment.id, Comment.parent_id, literal(0).label("steps"))
        .where(Comment.id == comment_id, Comment.proposal_id == proposal_id)
        .cte("way", recursive=True)
    )
    above = aliased(Comment)
    way = step.union_all(
        select(above.id, above.parent_id, step.c.steps + 1).where(
            above.id == step.c.parent_id, step.c.steps < ANCESTORS
        )
    )
    answers = (
        select(Comment.id)
        .where(Comment.parent_id == comment_id)
        .order_by(Comment.id)
        .limit(ANSWERS)
    )
    return [_part("branch", select(way.c.id)), _part("branch", answers)]

"""Select the comments of a page of a thread by indexes, at the same cost for any length."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from deliberate.database import BigId
from deliberate.models import Comment
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.site.keyset_pagination import KeysetOrder
from deliberate.vocabulary import Stance

Part = Select[str, int]
SelectedArgument = Row[*tuple[Any, ...]]  # columns of a loaded comment

PAGE = 20
"""Arguments on a page."""
MAX_COMPLETE = 500
"""Arguments on the page that shows a thread complete, for print."""
MAX_REPLIES = 100
"""Replies on a page with one expanded argument."""
MAX_ANCESTORS = 20
"""Comments shown above a linked comment."""
MAX_REPLIES_BELOW_LINK = 5
"""Replies shown below a linked comment."""


class ThreadOrder(StrEnum):
    """Order of arguments. There is none by net score, because it rewards mobilisation."""

    MOST_RATED = "weighed"
    STRONGEST = "strongest"
    NEWEST = "newest"
    OLDEST = "oldest"
    DISCUSSED = "discussed"


class ArgumentFilter(StrEnum):
    """Filter of the arguments of a thread."""

    ALL = "all"
    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"
    ANSWERED = "answered"


@dataclass(frozen=True)
class ThreadRequest:
    """The part of a thread that is requested: order, filter, position, expanded branch."""

    order: ThreadOrder = ThreadOrder.MOST_RATED
    side: ArgumentFilter = ArgumentFilter.ALL
    after: int | None = None
    """The argument after which the page begins."""
    linked_id: int | None = None
    """The comment a link points to; the page begins at its argument."""
    expanded_id: int | None = None
    """The argument whose replies are all requested."""
    replies_after: int = 0
    replies_seen: int = 0
    is_complete: bool = False
    """Whether every reply is shown below its argument, for print."""

    @property
    def page_size(self) -> int:
        """Return the maximum number of arguments on the page."""
        return MAX_COMPLETE if self.is_complete else PAGE


_ORDERS = {
    ThreadOrder.MOST_RATED: KeysetOrder(Comment.id, Comment.rating_count),
    ThreadOrder.STRONGEST: KeysetOrder(Comment.id, Comment.strength),
    ThreadOrder.DISCUSSED: KeysetOrder(Comment.id, Comment.reply_count),
    ThreadOrder.NEWEST: KeysetOrder(Comment.id),
    ThreadOrder.OLDEST: KeysetOrder(Comment.id, ascending=True),
}
_FILTERS: dict[ArgumentFilter, tuple[ColumnElement[bool], ...]] = {
    ArgumentFilter.ALL: (),
    ArgumentFilter.FOR: (Comment.stance == Stance.FOR,),
    ArgumentFilter.AGAINST: (Comment.stance == Stance.AGAINST,),
    ArgumentFilter.NEUTRAL: (Comment.stance == Stance.NEUTRAL,),
    ArgumentFilter.ANSWERED: (Comment.is_answered.is_(true()),),
}


def sort_key(order: ThreadOrder, row: SelectedArgument) -> tuple[int, int]:
    """Return the key that sorts the arguments of a page."""
    column = _ORDERS[order].column
    if column is not None:
        return -getattr(row, column.key), -row.id
    return (row.id, 0) if order == ThreadOrder.OLDEST else (-row.id, 0)


class ThreadShape(NamedTuple):
    """What the statement of a request depends on; ids are parameters of it."""

    order: ThreadOrder
    side: ArgumentFilter
    is_after: bool
    is_linked: bool
    is_expanded: bool
    is_complete: bool

    @classmethod
    def of(cls, request: ThreadRequest) -> "ThreadShape":
        """Return the shape of a request."""
        return cls(
            request.order,
            request.side,
            request.after is not None,
            request.linked_id is not None,
            request.expanded_id is not None,
            request.is_complete,
        )


def thread_parameters(proposal_id: int, request: ThreadRequest) -> dict[str, int | None]:
    """Return the parameters of the statement of a request."""
    return {
        "proposal": proposal_id,
        "after": request.after,
        "linked": request.linked_id,
        "expanded": request.expanded_id,
        "replies_after": request.replies_after,
        "rows": request.page_size + 1,
    }


_PROPOSAL = bindparam("proposal", type_=BigId)
_AFTER = bindparam("after", type_=BigId)
_LINKED = bindparam("linked", type_=BigId)
_EXPANDED = bindparam("expanded", type_=BigId)
_REPLIES_AFTER = bindparam("replies_after", type_=BigId)
_ROWS = bindparam("rows", type_=Integer)
"""The arguments of a page and one more, which shows whether another page follows."""


def select_comment_ids(shape: ThreadShape) -> CTE:
    """Select rows (part, id) of a page; the parts are page, reply, branch and top.

    The part "top" has the most rated argument for and the most rated against. The parameters are
    those of `thread_parameters`.
    """
    parts = [_top_argument(Stance.FOR), _top_argument(Stance.AGAINST)]
    if shape.is_expanded:
        parts += _expanded_branch()
    else:
        page = _page(shape).cte("page")
        replies = _all_replies if shape.is_complete else _first_replies
        parts += [_part("page", select(page.c.id)), *replies(page)]
        if shape.is_linked:
            parts += _linked_branch()
    return union_all(*parts).cte("selected")


def _part(name: str, ids: Select[int]) -> Part:
    selected = ids.subquery()
    return select(literal(name).label("part"), selected.c.id)


def _top_argument(stance: Stance) -> Part:
    return _part(
        "top",
        select(Comment.id)
        .where(
            Comment.proposal_id == _PROPOSAL,
            Comment.depth == 0,
            Comment.stance == stance,
            Comment.visible_to(ANYONE),
        )
        .order_by(Comment.rating_count.desc(), Comment.id.desc())
        .limit(1),
    )


def _page(shape: ThreadShape) -> Select[int, Any]:
    """Select a page of arguments and one more."""
    conditions = _FILTERS[ArgumentFilter.ALL if shape.is_linked else shape.side]
    arguments = select(Comment.id).where(
        Comment.proposal_id == _PROPOSAL, Comment.depth == 0, *conditions
    )
    order = _ORDERS[shape.order]
    if not shape.is_linked and not shape.is_after:
        return order.first_rows(arguments, _ROWS)
    last = _root_of_linked() if shape.is_linked else _AFTER
    value = None if order.column is None else _sort_value_at(order.column, last)
    return order.rows_after(
        arguments,
        _ROWS,
        value=value,
        last=last,
        inclusive=shape.is_linked,
    )


def _root_of_linked() -> ScalarSelect[int]:
    linked = aliased(Comment)
    return (
        select(func.coalesce(linked.root_id, linked.id))
        .where(linked.id == _LINKED, linked.proposal_id == _PROPOSAL)
        .scalar_subquery()
    )


def _sort_value_at(
    column: InstrumentedAttribute[int], comment_id: BindParameter[int] | ScalarSelect[int]
) -> ScalarSelect[int]:
    first = aliased(Comment)
    return select(getattr(first, column.key)).where(first.id == comment_id).scalar_subquery()


def _all_replies(page: CTE) -> list[Part]:
    """Select every reply of each argument."""
    return [_part("reply", select(Comment.id).where(Comment.root_id.in_(select(page.c.id))))]


def _first_replies(page: CTE) -> list[Part]:
    """Select the two oldest replies of each argument in two steps of the index of root_id."""
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


def _expanded_branch() -> list[Part]:
    """Select an argument of the thread and a page of its replies at any depth."""
    replies = (
        select(Comment.id)
        .where(Comment.root_id == _EXPANDED, Comment.id > _REPLIES_AFTER)
        .order_by(Comment.id)
        .limit(MAX_REPLIES + 1)
    )
    root = select(Comment.id).where(
        Comment.proposal_id == _PROPOSAL,
        Comment.id == _EXPANDED,
        Comment.depth == 0,
    )
    return [_part("page", root), _part("reply", replies)]


def _linked_branch() -> list[Part]:
    """Select a linked comment, its nearest ancestors and its first replies."""
    step = (
        select(Comment.id, Comment.parent_id, literal(0).label("steps"))
        .where(Comment.id == _LINKED, Comment.proposal_id == _PROPOSAL)
        .cte("ancestors", recursive=True)
    )
    parent = aliased(Comment)
    ancestors = step.union_all(
        select(parent.id, parent.parent_id, step.c.steps + 1).where(
            parent.id == step.c.parent_id, step.c.steps < MAX_ANCESTORS
        )
    )
    replies = (
        select(Comment.id)
        .where(Comment.parent_id == _LINKED)
        .order_by(Comment.id)
        .limit(MAX_REPLIES_BELOW_LINK)
    )
    return [_part("branch", select(ancestors.c.id)), _part("branch", replies)]

"""A page of a proposal's thread, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select

from deliberate.database import db
from deliberate.models import Person, Proposal
from deliberate.queries.threads.comment_rows import (
    CommentRow,
    SelectedComment,
    distinct_rows,
    rows_statement,
    to_comment_row,
)
from deliberate.queries.threads.pagination import (
    MAX_REPLIES,
    ThreadRequest,
    ThreadShape,
    select_comment_ids,
    sort_key,
    thread_parameters,
)


@dataclass(frozen=True)
class ThreadPage:
    """The comments of a page of a thread, in page order."""

    comments: list[CommentRow]
    top_arguments: dict[int, CommentRow]
    """The most rated argument of each side that has one, by stance."""
    after: int | None
    """The last argument of the page where more follow."""
    replies_after: int | None = None
    """The last reply of the expanded branch where more follow."""


def get_thread_page(
    proposal: Proposal,
    thread_request: ThreadRequest,
    language: str = "id",
    reader: Person | None = None,
) -> ThreadPage:
    """Return the requested page of a thread; without comments where a link leads nowhere.

    The reader's own comments are shown to them while a rule holds them.
    """
    rows = _load_rows(proposal.id, thread_request, reader)
    top = [to_comment_row(row, proposal, language) for row in rows if row.part == "top"]
    roots = distinct_rows(row for row in rows if row.part == "page")
    roots.sort(key=lambda row: sort_key(thread_request.order, row))
    branches = _branches(rows)
    comments: list[CommentRow] = []
    size = thread_request.page_size
    for root in roots[:size]:
        shown = _shown_replies(branches.get(root.id, []), thread_request)
        branch = [to_comment_row(row, proposal, language, reader) for row in (root, *shown)]
        seen = sum(not reply.is_blank for reply in shown) + thread_request.replies_seen
        branch[-1].hidden_reply_count = max(0, root.reply_count - seen)
        comments += branch
    has_more_replies = thread_request.expanded_id is not None and any(
        len(branch) > MAX_REPLIES for branch in branches.values()
    )
    return ThreadPage(
        comments,
        {comment.stance or 0: comment for comment in top if not comment.state},
        after=roots[size - 1].id if len(roots) > size else None,
        replies_after=comments[-1].id if has_more_replies else None,
    )


def _shown_replies(
    replies: Sequence[SelectedComment], thread_request: ThreadRequest
) -> Sequence[SelectedComment]:
    """Return the replies on one page of an opened branch; all that are loaded in a thread."""
    return replies[:MAX_REPLIES] if thread_request.expanded_id else replies


def _load_rows(
    proposal_id: int, thread_request: ThreadRequest, reader: Person | None
) -> Sequence[SelectedComment]:
    given = thread_parameters(proposal_id, thread_request)
    statement = _statement(ThreadShape.of(thread_request))
    return db.session.execute(statement, {**given, "reader": reader.id if reader else 0}).all()


@cache
def _statement(shape: ThreadShape) -> Select[*tuple[Any, ...]]:
    """Return the statement of a shape, built once: building it takes longer than running it."""
    return rows_statement(select_comment_ids(shape))


def _branches(rows: Sequence[SelectedComment]) -> dict[int, list[SelectedComment]]:
    """Return the replies to show by argument; a linked branch replaces the first replies."""
    linked = distinct_rows(row for row in rows if row.part == "branch")
    linked_root_id = linked[0].root_id or linked[0].id if linked else None
    replies = (row for row in rows if row.part == "reply" and row.root_id != linked_root_id)
    branches: dict[int, list[SelectedComment]] = {}
    for row in distinct_rows((*replies, *(row for row in linked if row.root_id is not None))):
        branches.setdefault(row.root_id, []).append(row)
    return branches

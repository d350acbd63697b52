"""The relation of a signed-in person to a proposal and to the comments its page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Label, Row, Select, bindparam, select

from deliberate.database import BigId, db
from deliberate.models import (
    CoAuthor,
    Comment,
    Follow,
    Judgement,
    Proposal,
    Rating,
    Response,
    Summary,
    Support,
)
from deliberate.queries.moderation.sanctions import limited_until
from deliberate.queries.threads.unread_comments import unread_columns


@dataclass(frozen=True)
class ReaderState:
    """The relation of a signed-in person to a proposal."""

    supports: bool
    follows: bool
    is_author: bool
    """Whether the person wrote the proposal, alone or with others."""
    newest: int
    """The newest comment of the thread; 0 where there is none."""
    unread: int
    """Number of comments since the previous visit, counted to MAX_UNREAD."""
    first_unread: int | None
    is_asked_to_agree: bool
    """Whether a summary suggested by another person is pending."""
    limited_until: datetime | None
    """When a sanction of the person ends; None without one."""
    has_written: bool
    """Whether the person wrote a comment of the thread or judged a response."""
    has_rated: bool
    """Whether the person rated a comment of the thread, on whichever page it is."""

    @property
    def is_common(self) -> bool:
        """Return whether only support and following tell the page from that of another resident.

        Which comments the person rated is not known here: see `has_rated_one_of`.
        """
        return not (
            self.is_author
            or self.unread
            or self.is_asked_to_agree
            or self.limited_until
            or self.has_written
        )


def get_reader_state(
    proposal_id: int, reader_id: int, last_read_id: int | None
) -> ReaderState | None:
    """Return the relation of a person to a proposal; None where there is no such proposal.

    `last_read_id` is the last comment the reader can have read before; None on a first visit.
    """
    given = {"proposal": proposal_id, "reader": reader_id, "last_read": last_read_id}
    row = db.session.execute(_state_statement(), given).one_or_none()
    return to_reader_state(row, row.author_id == reader_id) if row else None


@cache
def _state_statement() -> Select[*tuple[Any, ...]]:
    return select(Proposal.author_id, *reader_columns()).where(
        Proposal.id == bindparam("proposal", type_=BigId)
    )


def to_reader_state(row: Row[*tuple[Any, ...]], is_author: bool) -> ReaderState:
    """Return the state in the columns of a row (see `reader_columns`)."""
    return ReaderState(
        row.supports,
        row.follows,
        is_author or row.is_coauthor,
        row.newest,
        row.unread,
        row.first_unread,
        row.is_asked_to_agree,
        row.limited_until,
        row.has_written or row.has_judged,
        row.has_rated,
    )


def reader_columns() -> tuple[Label[Any], ...]:
    """Return columns on a proposal for the parameters `reader` and `last_read`."""
    reader_id = bindparam("reader", type_=BigId)
    return (
        *(
            rows.correlate(Proposal).exists().label(label)
            for label, rows in _rows_of_reader(reader_id).items()
        ),
        limited_until(reader_id).scalar_subquery().label("limited_until"),
        *unread_columns(reader_id, bindparam("last_read", type_=BigId)),
    )


def _rows_of_reader(reader_id: BindParameter[int]) -> dict[str, Select[int]]:
    """Return what makes each flag of the page true, by its label."""
    return {
        "is_asked_to_agree": select(Summary.id).where(
            Summary.proposal_id == Proposal.id,
            Summary.number.is_(None),
            Summary.written_by_id != reader_id,
        ),
        "supports": select(Support.id).where(
            Support.person_id == reader_id, Support.proposal_id == Proposal.id
        ),
        "follows": select(Follow.id).where(
            Follow.person_id == reader_id,
            Follow.subject_type == Proposal.subject_type,
            Follow.subject_id == Proposal.id,
        ),
        "is_coauthor": select(CoAuthor.id).where(
            CoAuthor.proposal_id == Proposal.id,
            CoAuthor.person_id == reader_id,
            CoAuthor.is_joined(),
        ),
        "has_written": select(Comment.id).where(
            Comment.proposal_id == Proposal.id, Comment.author_id == reader_id
        ),
        "has_rated": select(Rating.id)
        .join(Comment, Rating.comment_id == Comment.id)
        .where(Comment.proposal_id == Proposal.id, Rating.person_id == reader_id),
        "has_judged": select(Judgement.id)
        .join(Response, Judgement.response_id == Response.id)
        .where(Response.proposal_id == Proposal.id, Judgement.person_id == reader_id),
    }


def has_rated_one_of(reader_id: int, comment_ids: Sequence[int]) -> bool:
    """Return whether a person rated one of the comments."""
    given = {"reader": reader_id, "comments": list(comment_ids)}
    return bool(comment_ids) and db.session.scalar(_RATED, given) is not None


_RATED = (
    select(Rating.id)
    .where(
        Rating.person_id == bindparam("reader", type_=BigId),
        Rating.comment_id.in_(bindparam("comments", expanding=True)),
    )
    .limit(1)
)

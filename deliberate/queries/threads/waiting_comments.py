"""What waits in a conversation: unanswered arguments and questions, newcomers, silent sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from deliberate.database import db
from deliberate.models import Comment, Person, Proposal
from deliberate.models.moderation.visibility import ANYONE
from deliberate.vocabulary import AccountClass, Role

Row = TypeVar("Row")
S = TypeVar("S", bound=Select[*tuple[Any, ...]])  # a statement may select any columns

SHOWN = 12
ONE_SIDED = 5
"""Arguments of one side from which the silence of the other is named."""


@dataclass(frozen=True)
class Newest(Generic[Row]):
    """The newest rows of a group, at most SHOWN, and how many there are in all."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True)
class WaitingComments:
    """What waits in a thread, or in all threads of a process, newest first."""

    newcomers: Newest[Comment]
    """First comments of people whom nobody has answered."""
    questions: Newest[Comment]
    """Questions that nobody has answered, also of newcomers."""
    others: Newest[Comment]
    """Unanswered arguments that are in neither group above."""
    total: int
    """All unanswered arguments, each counted once."""
    silent: Newest[Proposal]
    """Proposals of whose two sides only one speaks."""


def waiting_in_thread(proposal: Proposal) -> WaitingComments:
    """Return what waits in the thread of a proposal."""
    return _waiting(Comment.proposal_id == proposal.id, Proposal.id == proposal.id)


def waiting_in_process(process_id: int) -> WaitingComments:
    """Return what waits in the threads of a process."""
    in_process = Proposal.process_id == process_id
    return _waiting(in_process, in_process)


def _waiting(comments: ColumnElement[bool], proposals: ColumnElement[bool]) -> WaitingComments:
    groups = (_IS_FIRST, Comment.is_question, ~(_IS_FIRST | Comment.is_question))
    counts = select(func.count(), *(func.count().filter(group) for group in groups))
    total, *totals = db.session.execute(_unanswered(counts, comments)).one()
    newcomers, questions, others = (
        Newest(_newest_comments(comments & group) if count else [], count)
        for group, count in zip(groups, totals, strict=True)
    )
    return WaitingComments(newcomers, questions, others, total, _silent(proposals))


def _silent(where: ColumnElement[bool]) -> Newest[Proposal]:
    one_side = or_(
        and_(Proposal.for_count == 0, Proposal.against_count >= ONE_SIDED),
        and_(Proposal.against_count == 0, Proposal.for_count >= ONE_SIDED),
    )
    conditions = (where, Proposal.visible_to(ANYONE), one_side)
    newest = select(Proposal).where(*conditions).order_by(Proposal.id.desc()).limit(SHOWN)
    total = select(func.count()).select_from(Proposal).where(*conditions)
    return Newest(db.session.scalars(newest).all(), db.session.scalar(total) or 0)


_EARLIER = aliased(Comment)
_IS_FIRST = ~(
    select(_EARLIER.id)
    .where(_EARLIER.author_id == Comment.author_id, _EARLIER.id < Comment.id)
    .exists()
)


def _unanswered(query: S, where: ColumnElement[bool]) -> S:
    """Return arguments without any reply, as the scores count comments of residents."""
    return (
        query.select_from(Comment)
        .join(Comment.proposal)
        .join(Person, Comment.author_id == Person.id)
        .where(
            where,
            Comment.depth == 0,
            Comment.reply_count == 0,
            Comment.author_role == Role.RESIDENT,
            Person.account_class != AccountClass.SYSTEM,
            Comment.visible_to(ANYONE),
            Proposal.visible_to(ANYONE),
        )
    )


def _newest_comments(where: ColumnElement[bool]) -> Sequence[Comment]:
    query = _unanswered(select(Comment), where).order_by(Comment.id.desc()).limit(SHOWN)
    return db.session.scalars(
        query.options(joinedload(Comment.author), joinedload(Comment.proposal))
    ).all()

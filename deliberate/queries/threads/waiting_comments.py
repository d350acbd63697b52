"""What waits in a conversation: unanswered arguments and questions, newcomers, silent sides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from deliberate.database import db
from deliberate.models import Comment, Person, Proposal
from deliberate.models.moderation.visibility import ANYONE
from deliberate.vocabulary import AccountClass, Role

SHOWN = 12
ONE_SIDED = 5
"""Arguments of one side from which the silence of the other is named."""


@dataclass(frozen=True)
class WaitingComment:
    """An argument to which nobody replied, and whether it is its author's first comment."""

    comment: Comment
    is_first: bool


@dataclass(frozen=True)
class WaitingComments:
    """What waits in a thread, or in all threads of a process, newest first, at most SHOWN each."""

    arguments: Sequence[WaitingComment]
    silent: Sequence[Proposal]
    """Proposals of whose two sides only one speaks."""

    @property
    def newcomers(self) -> list[Comment]:
        """Return the first comments of people whom nobody has answered."""
        return [row.comment for row in self.arguments if row.is_first]

    @property
    def questions(self) -> list[Comment]:
        """Return the questions that nobody has answered."""
        return [row.comment for row in self.arguments if row.comment.is_question]


def waiting_in_thread(proposal: Proposal) -> WaitingComments:
    """Return what waits in the thread of a proposal."""
    return WaitingComments(
        _unanswered(Comment.proposal_id == proposal.id),
        [proposal] if _silent_side(proposal) else [],
    )


def waiting_in_process(process_id: int) -> WaitingComments:
    """Return what waits in the threads of a process."""
    query = (
        select(Proposal)
        .where(Proposal.process_id == process_id, Proposal.visible_to(ANYONE), _ONE_SIDE)
        .order_by(Proposal.id.desc())
        .limit(SHOWN)
    )
    return WaitingComments(
        _unanswered(Proposal.process_id == process_id), db.session.scalars(query).all()
    )


def _silent_side(proposal: Proposal) -> bool:
    sides = sorted((proposal.for_count, proposal.against_count))
    return sides[0] == 0 and sides[1] >= ONE_SIDED


_ONE_SIDE = or_(
    and_(Proposal.for_count == 0, Proposal.against_count >= ONE_SIDED),
    and_(Proposal.against_count == 0, Proposal.for_count >= ONE_SIDED),
)


def _unanswered(where: ColumnElement[bool]) -> list[WaitingComment]:
    """Return arguments without any reply, as the scores count comments of residents."""
    earlier = aliased(Comment)
    has_earlier = (
        select(earlier.id)
        .where(earlier.author_id == Comment.author_id, earlier.id < Comment.id)
        .exists()
    )
    query = (
        select(Comment, ~has_earlier)
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
        .options(joinedload(Comment.author), joinedload(Comment.proposal))
        .order_by(Comment.id.desc())
        .limit(SHOWN)
    )
    return [WaitingComment(comment, bool(first)) for comment, first in db.session.execute(query)]

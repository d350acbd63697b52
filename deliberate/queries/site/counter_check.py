"""Comparison of counter columns with the rows they count."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from deliberate.models import (
    Ballot,
    CoAuthor,
    Comment,
    Judgement,
    Poll,
    Process,
    Proposal,
    Rating,
    Response,
    Support,
    UnitContribution,
)
from deliberate.models.moderation.visibility import COUNTED, NOT_WITHDRAWN
from deliberate.vocabulary import Role, Stance

Counter = tuple[InstrumentedAttribute[int], ScalarSelect[int], ColumnElement[bool]]
"""A counter column, the subquery that counts, and the condition on rows to compare."""
_STANCES = {
    Proposal.for_count: Stance.FOR,
    Proposal.against_count: Stance.AGAINST,
    Proposal.neutral_count: Stance.NEUTRAL,
}

_JUDGEMENTS = (
    (Response.answers_yes, "answers", "yes"),
    (Response.answers_partly, "answers", "partly"),
    (Response.answers_no, "answers", "no"),
    (Response.built_yes, "built", "yes"),
    (Response.built_partly, "built", "partly"),
    (Response.built_no, "built", "no"),
)


@dataclass(frozen=True)
class CounterMismatch:
    """A counter whose stored value differs from the number of rows."""

    column: InstrumentedAttribute[int]
    id: int
    stored: int
    counted: int

    position: None = None
    """A counter has no entry of its own."""

    @property
    def problem(self) -> str:
        """Return the fault as a phrase, as other faults of a verification have it."""
        return str(self)

    def __str__(self) -> str:
        table = self.column.class_.__tablename__
        return f"{table} {self.id}: {self.column.key} is {self.stored}, counted {self.counted}"


def find_counter_mismatches(session: Session) -> Iterator[CounterMismatch]:
    """Yield every counter that differs from the rows it counts."""
    for column, count, condition in _counters():
        owner = column.class_
        rows = session.execute(
            select(owner.id, column, count).where(condition, column != count).order_by(owner.id)
        )
        for row_id, stored, counted in rows.all():
            yield CounterMismatch(column, row_id, stored, counted)


def _counters() -> Iterator[Counter]:
    reply = aliased(Comment)
    is_native = Proposal.source_id.is_(None)  # imports have a number of supports without rows
    yield Proposal.support_count, _count(Support, Support.proposal_id == Proposal.id), is_native
    yield Proposal.comment_count, _count(Comment, *_of_proposal()), true()
    for work, key in (
        (Proposal, CoAuthor.proposal_id),
        (UnitContribution, CoAuthor.contribution_id),
    ):
        joined = select(func.count(CoAuthor.id)).where(key == work.id, CoAuthor.is_joined())
        yield work.coauthor_count, joined.correlate(work).scalar_subquery(), true()
    for column, stance in _STANCES.items():
        yield column, _count(Comment, *_has_stance(stance)), true()
    replies = select(func.count(reply.id)).where(reply.root_id == Comment.id, ~reply.is_blank)
    yield Comment.reply_count, replies.correlate(Comment).scalar_subquery(), true()
    is_rating = Rating.comment_id == Comment.id
    yield Comment.rating_count, _count(Rating, is_rating), true()
    yield Comment.strong_count, _count(Rating, is_rating, Rating.is_strong.is_(True)), true()
    yield Comment.weak_count, _count(Rating, is_rating, Rating.is_strong.is_(False)), true()
    for column, question, answer in _JUDGEMENTS:
        is_judged = (Judgement.question == question, Judgement.answer == answer)
        yield column, _count(Judgement, Judgement.response_id == Response.id, *is_judged), true()
    ballots = select(func.count(Ballot.key)).where(Ballot.poll_id == Poll.id)
    yield Poll.ballot_count, ballots.correlate(Poll).scalar_subquery(), true()


def _of_proposal() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on comments that count on their proposal: blank ones do not."""
    return Comment.proposal_id == Proposal.id, ~Comment.is_blank


def _has_stance(stance: Stance) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on comments that count towards a stance of their proposal."""
    return (
        *_of_proposal(),
        Comment.depth == 0,
        Comment.author_role == Role.RESIDENT,
        Comment.stance == stance,
        (NOT_WITHDRAWN & COUNTED).of(Comment),
    )


def _count(
    model: type[Proposal | Comment | Support | Rating | Judgement],
    *conditions: ColumnElement[bool],
) -> ScalarSelect[int]:
    query = select(func.count(model.id)).where(*conditions)
    return query.correlate(
        *({Process, Proposal, Comment, Poll, Response} - {model})
    ).scalar_subquery()

"""The counters that acts keep, counted again from the rows they stand for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from deliberate.models import Ballot, Comment, Poll, Process, Proposal, Rating, Support
from deliberate.vocabulary import Role, Stance

_STANCES = {
    Proposal.for_count: Stance.FOR,
    Proposal.against_count: Stance.AGAINST,
    Proposal.neutral_count: Stance.NEUTRAL,
}


@dataclass(frozen=True)
class Wrong:
    """A counter that is not what it counts."""

    column: InstrumentedAttribute[int]
    id: int
    kept: int
    counted: int

    def __str__(self) -> str:
        table = self.column.class_.__tablename__
        return f"{table} {self.id}: {self.column.key} is {self.kept}, counted {self.counted}"


def wrong_counters(session: Session) -> Iterator[Wrong]:
    """Every counter that differs from what the rows say."""
    for column, count, where in _counters():
        owner: Any = column.class_
        found = session.execute(
            select(owner.id, column, count).where(where, column != count).order_by(owner.id)
        )
        for number, kept, counted in found.all():
            yield Wrong(column, number, kept, counted)


def _counters() -> Iterator[tuple[Any, Any, ColumnElement[bool]]]:
    """Each counter, the query that counts it, and which rows it is true of."""
    below = aliased(Comment)
    own = Proposal.source_id.is_(None)  # an import brings its supports as a number alone
    yield Process.proposal_count, _many(Proposal, Proposal.process_id == Process.id), true()
    inside = select(func.count(Comment.id)).join(Proposal).where(Proposal.process_id == Process.id)
    yield Process.comment_count, inside.correlate(Process).scalar_subquery(), true()
    yield Proposal.support_count, _many(Support, Support.proposal_id == Proposal.id), own
    yield Proposal.comment_count, _many(Comment, Comment.proposal_id == Proposal.id), true()
    for column, stance in _STANCES.items():
        yield column, _many(Comment, *_counts_as(stance)), true()
    replies = select(func.count(below.id)).where(below.root_id == Comment.id)
    yield Comment.branch_count, replies.correlate(Comment).scalar_subquery(), true()
    weighed = Rating.comment_id == Comment.id
    yield Comment.weight, _many(Rating, weighed), true()
    yield Comment.strong_count, _many(Rating, weighed, Rating.is_strong.is_(True)), true()
    yield Comment.weak_count, _many(Rating, weighed, Rating.is_strong.is_(False)), true()
    cast = select(func.count(Ballot.key)).where(Ballot.poll_id == Poll.id)
    yield Poll.ballot_count, cast.correlate(Poll).scalar_subquery(), true()


def _counts_as(stance: Stance) -> tuple[ColumnElement[bool], ...]:
    return (
        Comment.proposal_id == Proposal.id,
        Comment.depth == 0,
        Comment.author_role == Role.RESIDENT,
        Comment.stance == stance,
        Comment.withdrawn_at.is_(None),
        or_(Comment.hidden_since.is_(None), Comment.held_until.is_not(None)),
    )


def _many(what: Any, *where: ColumnElement[bool]) -> Any:
    counting = select(func.count(what.id)).where(*where)
    owners = {Process, Proposal, Comment, Poll} - {what}
    return counting.correlate(*owners).scalar_subquery()

"""What people asked of the authority in threads, and the arguments no response has taken up yet."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Comment, Person, Proposal, ResponseAnswer, SettledQuestion
from deliberate.queries.responses.response_owner import asked_at, joined_case
from deliberate.vocabulary import Role

PAGE = 20


def open_arguments(proposal_id: int, limit: int = PAGE) -> Sequence[Comment]:
    """Top-level comments no response has answered yet: questions first, then the most weighed."""
    answered = select(ResponseAnswer.comment_id)
    return db.session.scalars(
        select(Comment)
        .where(
            Comment.proposal_id == proposal_id,
            Comment.depth == 0,
            Comment.withdrawn_at.is_(None),
            Comment.hidden_at.is_(None),
            Comment.author_role != Role.STAFF,
            Comment.id.not_in(answered),
        )
        .options(joinedload(Comment.author))
        .order_by(Comment.is_question.desc(), Comment.weight.desc(), Comment.id)
        .limit(limit)
    ).all()


def question_numbered(number: int) -> Comment | None:
    """A question to the authority."""
    comment = db.session.get(Comment, number)
    return comment if comment is not None and comment.is_question else None


def my_questions(person: Person, proposal_id: int) -> Sequence[Comment]:
    """One's own questions in a thread that are not settled."""
    return db.session.scalars(
        select(Comment)
        .where(
            Comment.proposal_id == proposal_id,
            Comment.author_id == person.id,
            Comment.is_question,
            Comment.withdrawn_at.is_(None),
            Comment.id.not_in(select(SettledQuestion.comment_id)),
            Comment.id.not_in(select(ResponseAnswer.comment_id)),
        )
        .order_by(Comment.id)
        .limit(PAGE)
    ).all()


def open_questions(institution_id: int | None, after: int = 0) -> Sequence[Comment]:
    """Questions that no office answered and no author called answered, oldest first."""
    reply = Comment.__table__.alias("reply")
    by_staff = select(reply.c.id).where(
        reply.c.parent_id == Comment.id, reply.c.author_role == Role.STAFF.value
    )
    statement = (
        select(Comment)
        .join(Comment.proposal)
        .where(
            Comment.is_question,
            Comment.id > after,
            Comment.withdrawn_at.is_(None),
            Comment.hidden_at.is_(None),
            Proposal.hidden_at.is_(None),
            ~by_staff.exists(),
            Comment.id.not_in(select(SettledQuestion.comment_id)),
            Comment.id.not_in(select(ResponseAnswer.comment_id)),
        )
        .options(joinedload(Comment.proposal), joinedload(Comment.author))
        .order_by(Comment.id)
        .limit(PAGE + 1)
    )
    if institution_id is not None:
        asked = asked_at(now())
        statement = joined_case(statement).where(asked == institution_id)
    return db.session.scalars(statement).all()

"""Questions to institutions in threads, and arguments that no response has answered yet."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import AnsweredComment, Comment, Person, Proposal, SettledQuestion
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.responses.response_owner import join_case, owner_id_at
from deliberate.vocabulary import Role

PAGE = 20


def open_arguments(proposal_id: int, limit: int = PAGE) -> Sequence[Comment]:
    """Return top-level comments that no response answers: questions first, then the most rated."""
    answered = select(AnsweredComment.comment_id)
    return db.session.scalars(
        select(Comment)
        .where(
            Comment.proposal_id == proposal_id,
            Comment.depth == 0,
            Comment.visible_to(ANYONE),
            Comment.author_role != Role.STAFF,
            Comment.id.not_in(answered),
        )
        .options(joinedload(Comment.author))
        .order_by(Comment.is_question.desc(), Comment.rating_count.desc(), Comment.id)
        .limit(limit)
    ).all()


def get_question(comment_id: int) -> Comment | None:
    """Return a comment that is a question, by its id."""
    comment = db.session.get(Comment, comment_id)
    return comment if comment is not None and comment.is_question else None


def list_own_open_questions(person: Person, proposal_id: int) -> Sequence[Comment]:
    """Return a person's questions in a thread that are neither answered nor settled."""
    return db.session.scalars(
        select(Comment)
        .where(
            Comment.proposal_id == proposal_id,
            Comment.author_id == person.id,
            Comment.is_question,
            Comment.withdrawn_at.is_(None),
            Comment.id.not_in(select(SettledQuestion.comment_id)),
            Comment.id.not_in(select(AnsweredComment.comment_id)),
        )
        .order_by(Comment.id)
        .limit(PAGE)
    ).all()


def open_questions(institution_id: int | None, after: int = 0) -> Sequence[Comment]:
    """Return questions neither answered nor settled, oldest first: a page and one more.

    With an institution, only questions on proposals it owes a response to are returned.
    """
    statement = (
        select(Comment)
        .join(Comment.proposal)
        .where(
            Comment.id > after,
            Comment.visible_to(ANYONE),
            Proposal.visible_to(ANYONE),
            _is_open_question(),
        )
        .options(joinedload(Comment.proposal), joinedload(Comment.author))
        .order_by(Comment.id)
        .limit(PAGE + 1)
    )
    if institution_id is not None:
        statement = join_case(statement).where(owner_id_at(now()) == institution_id)
    return db.session.scalars(statement).all()


def _is_open_question() -> ColumnElement[bool]:
    """Return the condition of a question that is neither answered nor settled."""
    reply = Comment.__table__.alias("reply")
    by_staff = select(reply.c.id).where(
        reply.c.parent_id == Comment.id, reply.c.author_role == Role.STAFF.value
    )
    return and_(
        Comment.is_question,
        ~by_staff.exists(),
        Comment.id.not_in(select(SettledQuestion.comment_id)),
        Comment.id.not_in(select(AnsweredComment.comment_id)),
    )

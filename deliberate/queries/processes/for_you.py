"""What waits for a person on the home page: replies to them, and the state of their proposals."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from deliberate.database import db
from deliberate.models import Comment, Person, Proposal
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.proposals.coauthors import is_by_author

LIST_SIZE = 3


def list_replies_to(person: Person) -> Sequence[Comment]:
    """Return the newest visible replies of others to the comments of a person."""
    answered = aliased(Comment)
    return db.session.scalars(
        select(Comment)
        .join(answered, answered.id == Comment.parent_id)
        .join(Comment.proposal)
        .where(
            answered.author_id == person.id,
            Comment.author_id != person.id,
            Comment.visible_to(ANYONE),
            Proposal.visible_to(ANYONE),
        )
        .options(contains_eager(Comment.proposal), joinedload(Comment.author))
        .order_by(Comment.id.desc())
        .limit(LIST_SIZE)
    ).all()


def list_own_proposals(person: Person) -> Sequence[Proposal]:
    """Return the newest active proposals of a person."""
    return db.session.scalars(
        select(Proposal)
        .where(is_by_author(Proposal, person.id), Proposal.active())
        .options(joinedload(Proposal.process))
        .order_by(Proposal.id.desc())
        .limit(LIST_SIZE)
    ).all()

"""What a person took part in: proposals, comments, draft texts, supports and polls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.database import Base, db
from deliberate.models import (
    Comment,
    Document,
    Person,
    Poll,
    PollVoter,
    Process,
    Proposal,
    Support,
    UnitContribution,
)
from deliberate.queries.proposals.coauthors import is_by_author

NEWEST = 20
Model = TypeVar("Model", bound=Base)


@dataclass(frozen=True)
class Participation:
    """The newest content and acts of a person."""

    proposals: Sequence[Proposal]
    comments: Sequence[Comment]
    contributions: Sequence[UnitContribution]
    supported: Sequence[Proposal]
    polls: Sequence[Poll]

    def __bool__(self) -> bool:
        written = self.proposals or self.comments or self.contributions
        return bool(written or self.supported or self.polls)


def get_participation(person: Person) -> Participation:
    """Return the newest twenty of each kind, with the rows their state is computed from."""
    with_process = joinedload(Proposal.process).selectinload(Process.phases)
    own = select(Proposal).where(is_by_author(Proposal, person.id)).options(with_process)
    supported = (
        select(Proposal)
        .join(Support, Support.proposal_id == Proposal.id)
        .where(Support.person_id == person.id)
        .options(with_process)
        .order_by(Support.id.desc())
    )
    polls = select(Poll).join(PollVoter).where(PollVoter.person_id == person.id)
    return Participation(
        proposals=_newest(own.order_by(Proposal.id.desc())),
        comments=_newest(_own_comments(person)),
        contributions=_newest(_own_contributions(person)),
        supported=_newest(supported),
        polls=_newest(polls.options(joinedload(Poll.process)).order_by(Poll.id.desc())),
    )


def _own_comments(person: Person) -> Select[Comment]:
    return (
        select(Comment)
        .where(Comment.author_id == person.id)
        .join(Comment.proposal)
        .options(contains_eager(Comment.proposal).joinedload(Proposal.process))
        .order_by(Comment.id.desc())
    )


def _own_contributions(person: Person) -> Select[UnitContribution]:
    return (
        select(UnitContribution)
        .where(UnitContribution.author_id == person.id)
        .options(joinedload(UnitContribution.document).joinedload(Document.process))
        .order_by(UnitContribution.id.desc())
    )


def _newest(rows: Select[Model]) -> Sequence[Model]:
    return db.session.scalars(rows.limit(NEWEST)).unique().all()

"""What somebody took part in and what came of it; and all of it, for them to take along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberate.database import Base, db
from deliberate.models import (
    Comment,
    Draft,
    Follow,
    Interaction,
    OfficeRecovery,
    Person,
    Poll,
    Process,
    Proposal,
    Rating,
    Roll,
    Support,
)
from deliberate.models.log.interaction import private_half, public_half

SHOWN = 20


@dataclass(frozen=True)
class Participation:
    """The newest things somebody took part in."""

    proposals: Sequence[Proposal]
    comments: Sequence[Comment]
    supported: Sequence[Proposal]
    polls: Sequence[Poll]

    def __bool__(self) -> bool:
        return bool(self.proposals or self.comments or self.supported or self.polls)


def participation_of(person: Person) -> Participation:
    """The newest twenty of each kind, with what their state is told from."""
    with_process = joinedload(Proposal.process).selectinload(Process.phases)
    own = select(Proposal).where(Proposal.author_id == person.id).options(with_process)
    comments = (
        select(Comment)
        .where(Comment.author_id == person.id)
        .join(Comment.proposal)
        .options(contains_eager(Comment.proposal).joinedload(Proposal.process))
        .order_by(Comment.id.desc())
    )
    supported = (
        select(Proposal)
        .join(Support, Support.proposal_id == Proposal.id)
        .where(Support.person_id == person.id)
        .options(with_process)
        .order_by(Support.id.desc())
    )
    polls = select(Poll).join(Roll).where(Roll.person_id == person.id).order_by(Poll.id.desc())
    return Participation(
        proposals=_newest(own.order_by(Proposal.id.desc())),
        comments=_newest(comments),
        supported=_newest(supported),
        polls=_newest(polls),
    )


def _newest(things: Select[Any]) -> Sequence[Any]:
    return db.session.scalars(things.limit(SHOWN)).unique().all()


OWNED: dict[str, type[Base]] = {
    "supports": Support,
    "ratings": Rating,
    "follows": Follow,
    "drafts": Draft,
    "help_at_offices": OfficeRecovery,
}
NOT_TOLD = frozenset(
    [
        "passphrase_hash",
        "code_hash",
        "salt",
        "body_html",
        "renderer",
        "person_id",
        "author_id",
        "begun_by_id",
        "confirmed_by_id",
        "name_key",
    ]
)


def everything_of(person: Person) -> dict[str, Any]:
    """All the house keeps of an account, and every row of the log it left, as plain values.

    Of ballots it is known that one was cast, never which: nobody can tell, so neither can this.
    """
    found: dict[str, Any] = {
        "account": _told(person),
        "proposals": _rows(select(Proposal).where(Proposal.author_id == person.id)),
        "comments": _rows(select(Comment).where(Comment.author_id == person.id)),
    }
    for name, kind in OWNED.items():
        owned = select(kind).where(kind.__table__.c.person_id == person.id)
        found[name] = _rows(owned)
    voted = select(Roll.poll_id).where(Roll.person_id == person.id)
    found["polls_voted_in"] = list(db.session.scalars(voted))
    found["log"] = _log_of(person)
    return found


def _rows(things: Select[Any]) -> list[dict[str, Any]]:
    return [_told(thing) for thing in db.session.scalars(things).unique()]


def _told(thing: Base) -> dict[str, Any]:
    columns = [column.key for column in thing.__table__.columns if column.key not in NOT_TOLD]
    return {key: _plain(getattr(thing, key)) for key in columns}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _log_of(person: Person) -> list[dict[str, Any]]:
    if person.actor_id is None:
        return []
    rows = select(Interaction).where(Interaction.actor_id == person.actor_id)
    return [
        {"entry": row.seq, "public": public_half(row), "private": private_half(row)}
        for row in db.session.scalars(rows.order_by(Interaction.id))
    ]

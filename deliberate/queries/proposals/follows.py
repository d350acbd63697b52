"""Follows of proposals, processes, institutions and topics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from deliberate.database import db
from deliberate.models import Follow, Institution, Person, Process, Proposal

PAGE = 20
Subject = TypeVar("Subject", Proposal, Process, Institution)


@dataclass(frozen=True)
class Followed:
    """What a person follows: one of proposal, process and institution, or a topic by its name."""

    id: int
    """The id of the follow."""
    proposal: Proposal | None
    process: Process | None
    institution: Institution | None
    topic: str


def is_following(person: Person, subject_type: str, subject_id: int) -> bool:
    """Return whether a person follows a subject."""
    follow_id = db.session.scalar(
        select(Follow.id).where(
            Follow.person_id == person.id,
            Follow.subject_type == subject_type,
            Follow.subject_id == subject_id,
        )
    )
    return follow_id is not None


def has_topic(topic: str) -> bool:
    """Return whether a proposal that everyone may see names a topic."""
    proposals = select(Proposal.id).where(
        Proposal.topic != "", func.lower(Proposal.topic) == topic.lower(), Proposal.visible_to(None)
    )
    return db.session.scalar(proposals.limit(1)) is not None


def shows_topic(name: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that a proposal that everyone may see names a topic: people invent them.

    A name is shown no longer than that, and stored no longer than the texts of its authors.
    """
    topic = Proposal.topic
    return exists().where(
        topic != "", func.lower(topic) == func.lower(name), Proposal.visible_to(None)
    )


def list_followed(person: Person, before: int = 0) -> list[Followed]:
    """Return a page of what a person follows, newest first, and one more."""
    statement = (
        select(Follow)
        .where(Follow.person_id == person.id)
        .add_columns(shows_topic(Follow.subject_name))
    )
    if before:
        statement = statement.where(Follow.id < before)
    rows = db.session.execute(statement.order_by(Follow.id.desc()).limit(PAGE + 1)).all()
    follows = [follow for follow, _is_shown in rows]
    proposals = _followed_rows(Proposal, follows, joinedload(Proposal.process))
    processes = _followed_rows(Process, follows)
    institutions = _followed_rows(Institution, follows)
    return [
        Followed(
            follow.id,
            proposals.get(follow.id),
            processes.get(follow.id),
            institutions.get(follow.id),
            follow.subject_name if is_shown else "",
        )
        for follow, is_shown in rows
    ]


def _followed_rows(
    model: type[Subject], follows: Sequence[Follow], *options: ORMOption
) -> dict[int, Subject]:
    """Return the rows of a model that are followed, by the id of the follow."""
    subject_type = model.subject_type
    ids = _ids(follows, subject_type)
    query = select(model).where(model.id.in_(ids)).options(*options)
    by_id = {row.id: row for row in db.session.scalars(query)}
    return {
        follow.id: by_id[follow.subject_id]
        for follow in follows
        if follow.subject_type == subject_type and follow.subject_id in by_id
    }


def _ids(follows: Sequence[Follow], subject_type: str) -> list[int]:
    return [row.subject_id for row in follows if row.subject_type == subject_type]


def get_own_follow(person: Person, follow_id: int) -> Follow | None:
    """Return a follow of a person by its id."""
    follow = db.session.get(Follow, follow_id)
    return follow if follow is not None and follow.person_id == person.id else None

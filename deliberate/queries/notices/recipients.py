"""Who is told of what happens to a proposal, and why: in pages of ids, never the whole crowd."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from deliberate.database import db
from deliberate.models import Comment, Follow, Person, Proposal, Support
from deliberate.vocabulary import Role

REASONS = ("author", "commenter", "supporter", "follower")
"""Why somebody is told; the first that holds is said."""


def _source(
    person: Any,
    why: str,
    wanted: ColumnElement[bool],
    after: int,
    limit: int | None,
) -> Select[tuple[int, int]]:
    part = (
        select(person.label("person_id"), literal(REASONS.index(why)).label("why"))
        .where(wanted, person > after)
        .group_by(person)
        .order_by(person)
    )
    page = part.limit(limit).subquery() if limit else part.subquery()
    return select(page.c.person_id, page.c.why)


def _sources(proposal: Proposal, after: int, limit: int | None) -> list[Select[tuple[int, int]]]:
    numbers = _with_joined(proposal.id)
    followed = [*(("proposal", number) for number in numbers), ("process", proposal.process_id)]
    if proposal.institution_id is not None:
        followed.append(("institution", proposal.institution_id))
    return [
        _source(Proposal.author_id, "author", Proposal.id.in_(numbers), after, limit),
        _source(Comment.author_id, "commenter", Comment.proposal_id.in_(numbers), after, limit),
        _source(Support.person_id, "supporter", Support.proposal_id == proposal.id, after, limit),
        *(
            _source(
                Follow.person_id,
                "follower",
                (Follow.subject_type == kind) & (Follow.subject_id == thing),
                after,
                limit,
            )
            for kind, thing in followed
        ),
    ]


def _with_joined(number: int) -> list[int]:
    """A proposal and those joined to it, or to one of them."""
    numbers, newest = [number], [number]
    while newest:
        joined = select(Proposal.id).where(Proposal.merged_into_id.in_(newest))
        newest = [one for one in db.session.scalars(joined) if one not in numbers]
        numbers += newest
    return numbers


def told_people(proposal: Proposal, after: int, limit: int) -> list[tuple[int, str]]:
    """The next people to be told, by id, each with why; every source is read by its own index."""
    everyone = union_all(*_sources(proposal, after, limit)).subquery()
    rows = db.session.execute(
        select(everyone.c.person_id, func.min(everyone.c.why))
        .group_by(everyone.c.person_id)
        .order_by(everyone.c.person_id)
        .limit(limit)
    )
    return [(person_id, REASONS[why]) for person_id, why in rows]


def people_told(proposal_id: int) -> int:
    """How many people a notice on a proposal reaches."""
    proposal = db.session.get_one(Proposal, proposal_id)
    everyone = union_all(*_sources(proposal, 0, None)).subquery()
    counted = select(func.count(func.distinct(everyone.c.person_id)))
    return db.session.scalar(counted.select_from(everyone)) or 0


def told_staff(institution_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """The next of an institution's staff to be told."""
    found = db.session.scalars(
        select(Person.id)
        .where(
            Person.institution_id == institution_id,
            Person.role == Role.STAFF,
            Person.erased_at.is_(None),
            Person.id > after,
        )
        .order_by(Person.id)
        .limit(limit)
    )
    return [(person_id, "staff") for person_id in found]

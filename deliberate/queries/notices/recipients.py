"""Recipients of notices on a proposal or to an institution, read in pages of person ids."""

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from deliberate.database import db
from deliberate.models import Comment, Follow, Person, Proposal, Support
from deliberate.vocabulary import Role

REASONS = ("author", "commenter", "supporter", "follower")
"""Why a person is notified; the first that applies is given in the notice."""


def _source(
    person_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    reason: str,
    condition: ColumnElement[bool],
    after: int,
    limit: int | None,
) -> Select[tuple[int, int]]:
    people = (
        select(person_id.label("person_id"), literal(REASONS.index(reason)).label("reason"))
        .where(condition, person_id > after)
        .group_by(person_id)
        .order_by(person_id)
    )
    page = people.limit(limit).subquery() if limit else people.subquery()
    return select(page.c.person_id, page.c.reason)


def _sources(proposal: Proposal, after: int, limit: int | None) -> list[Select[tuple[int, int]]]:
    ids = _with_merged(proposal.id)
    followed = [*(("proposal", id_) for id_ in ids), ("process", proposal.process_id)]
    if proposal.institution_id is not None:
        followed.append(("institution", proposal.institution_id))
    return [
        _source(Proposal.author_id, "author", Proposal.id.in_(ids), after, limit),
        _source(Comment.author_id, "commenter", Comment.proposal_id.in_(ids), after, limit),
        _source(Support.person_id, "supporter", Support.proposal_id == proposal.id, after, limit),
        *(
            _source(
                Follow.person_id,
                "follower",
                (Follow.subject_type == subject_type) & (Follow.subject_id == subject_id),
                after,
                limit,
            )
            for subject_type, subject_id in followed
        ),
    ]


def _with_merged(proposal_id: int) -> list[int]:
    """Return the ids of a proposal and of all merged into it, directly or not."""
    ids, newest = [proposal_id], [proposal_id]
    while newest:
        merged = select(Proposal.id).where(Proposal.merged_into_id.in_(newest))
        newest = [id_ for id_ in db.session.scalars(merged) if id_ not in ids]
        ids += newest
    return ids


def list_recipients(proposal: Proposal, after: int, limit: int) -> list[tuple[int, str]]:
    """Return the next recipients of notices on a proposal by id, each with the reason.

    Every source is read by its own index, so the cost does not grow with the position.
    """
    people = union_all(*_sources(proposal, after, limit)).subquery()
    rows = db.session.execute(
        select(people.c.person_id, func.min(people.c.reason))
        .group_by(people.c.person_id)
        .order_by(people.c.person_id)
        .limit(limit)
    )
    return [(person_id, REASONS[reason]) for person_id, reason in rows]


def count_recipients(proposal_id: int) -> int:
    """Return the number of people that a notice on a proposal reaches."""
    proposal = db.session.get_one(Proposal, proposal_id)
    people = union_all(*_sources(proposal, 0, None)).subquery()
    count = select(func.count(func.distinct(people.c.person_id)))
    return db.session.scalar(count.select_from(people)) or 0


def list_staff_recipients(institution_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Return the next staff of an institution by id, each with the reason "staff"."""
    person_ids = db.session.scalars(
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
    return [(person_id, "staff") for person_id in person_ids]

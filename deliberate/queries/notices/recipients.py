"""Recipients of notices, by the audience of the registry, read in pages of person ids."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    AmendmentJoin,
    CoAuthor,
    Comment,
    Document,
    DocumentVersion,
    Follow,
    Person,
    Poll,
    PollVoter,
    Process,
    ProcessInstitution,
    Proposal,
    Sanction,
    Support,
    UnitContribution,
)
from deliberate.text import topic_id
from deliberate.vocabulary import Role

Recipients = list[tuple[int, str]]
"""Ids of people, each with the reason for which the person is notified."""
REASONS = ("author", "commenter", "contributor", "supporter", "voter", "follower")
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
    if proposal.topic:
        followed.append(("topic", topic_id(proposal.topic)))
    return [
        _source(Proposal.author_id, "author", Proposal.id.in_(ids), after, limit),
        _coauthors(CoAuthor.proposal_id.in_(ids), "author", after, limit),
        _source(Comment.author_id, "commenter", Comment.proposal_id.in_(ids), after, limit),
        _source(Support.person_id, "supporter", Support.proposal_id == proposal.id, after, limit),
        *(_followers(*subject, after, limit) for subject in followed),
    ]


def _coauthors(
    condition: ColumnElement[bool], reason: str, after: int, limit: int | None
) -> Select[tuple[int, int]]:
    """Return the source of co-authors, who are told what authors are told."""
    return _source(CoAuthor.person_id, reason, condition & CoAuthor.is_joined(), after, limit)


def _followers(
    subject_type: str, subject_id: int, after: int, limit: int | None
) -> Select[tuple[int, int]]:
    is_followed = (Follow.subject_type == subject_type) & (Follow.subject_id == subject_id)
    return _source(Follow.person_id, "follower", is_followed, after, limit)


def _with_merged(proposal_id: int) -> list[int]:
    """Return the ids of a proposal and of all merged into it, directly or not."""
    ids, newest = [proposal_id], [proposal_id]
    while newest:
        merged = select(Proposal.id).where(Proposal.merged_into_id.in_(newest))
        newest = [id_ for id_ in db.session.scalars(merged) if id_ not in ids]
        ids += newest
    return ids


def list_participants(proposal: Proposal, after: int, limit: int) -> Recipients:
    """Return the next of those who took part in a proposal or follow it, by id.

    Every source is read by its own index, so the cost does not grow with the position.
    """
    return _page(_sources(proposal, after, limit), limit)


def list_supporters(proposal: Proposal, version: int, after: int, limit: int) -> Recipients:
    """Return the next supporters of a proposal who supported an earlier version, by id."""
    is_earlier = (Support.proposal_id == proposal.id) & (Support.version < version)
    return _page([_source(Support.person_id, "supporter", is_earlier, after, limit)], limit)


def list_contributors(document: Document, version: int, after: int, limit: int) -> Recipients:
    """Return the next of those who contributed to earlier versions of a draft text, by id.

    Whoever withdrew a contribution is told nothing of it; co-authors of an amendment and those
    who joined it are told.
    """
    earlier = select(DocumentVersion.id).where(
        DocumentVersion.document_id == document.id, DocumentVersion.number < version
    )
    is_standing = UnitContribution.version_id.in_(earlier) & UnitContribution.withdrawn_at.is_(None)
    standing = select(UnitContribution.id).where(is_standing)
    joined = AmendmentJoin.contribution_id.in_(standing)
    sources = [
        _source(UnitContribution.author_id, "contributor", is_standing, after, limit),
        _source(AmendmentJoin.person_id, "contributor", joined, after, limit),
        _coauthors(CoAuthor.contribution_id.in_(standing), "contributor", after, limit),
    ]
    return _page(sources, limit)


def list_process_audience(process: Process, after: int, limit: int) -> Recipients:
    """Return the next of those who took part in a process or follow it, by id."""
    proposal_ids = select(Proposal.id).where(Proposal.process_id == process.id)
    poll_ids = select(Poll.id).where(Poll.process_id == process.id)
    institution_ids = db.session.scalars(
        select(ProcessInstitution.institution_id).where(ProcessInstitution.process_id == process.id)
    )
    documents = select(Document.id).where(Document.process_id == process.id)
    on_draft = UnitContribution.document_id.in_(documents)
    contributions = select(UnitContribution.id).where(on_draft)
    joined = AmendmentJoin.contribution_id.in_(contributions)
    in_process = Proposal.process_id == process.id
    sources = [
        _source(Proposal.author_id, "author", in_process, after, limit),
        _coauthors(CoAuthor.proposal_id.in_(proposal_ids), "author", after, limit),
        _source(
            Comment.author_id, "commenter", Comment.proposal_id.in_(proposal_ids), after, limit
        ),
        _source(
            Support.person_id, "supporter", Support.proposal_id.in_(proposal_ids), after, limit
        ),
        _source(UnitContribution.author_id, "contributor", on_draft, after, limit),
        _coauthors(CoAuthor.contribution_id.in_(contributions), "contributor", after, limit),
        _source(AmendmentJoin.person_id, "contributor", joined, after, limit),
        _source(PollVoter.person_id, "voter", PollVoter.poll_id.in_(poll_ids), after, limit),
        _followers("process", process.id, after, limit),
        *(_followers("institution", id_, after, limit) for id_ in institution_ids),
    ]
    return _page(sources, limit)


def list_process_followers(process: Process, after: int, limit: int) -> Recipients:
    """Return the next followers of a process, by id."""
    return _page([_followers("process", process.id, after, limit)], limit)


def _page(sources: list[Select[tuple[int, int]]], limit: int) -> Recipients:
    people = union_all(*sources).subquery()
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


def list_staff(institution_id: int, after: int, limit: int) -> Recipients:
    """Return the next staff of an institution by id, each with the reason "staff"."""
    is_staff = (Person.institution_id == institution_id) & (Person.role == Role.STAFF)
    return _officials(is_staff, "staff", after, limit)


def list_moderators(after: int, limit: int) -> Recipients:
    """Return the next moderators by id, each with the reason "moderator"."""
    is_moderator = Person.role.in_((Role.MODERATOR, Role.ADMIN))
    return _officials(is_moderator, "moderator", after, limit)


def _officials(condition: ColumnElement[bool], reason: str, after: int, limit: int) -> Recipients:
    person_ids = db.session.scalars(
        select(Person.id)
        .where(condition, Person.erased_at.is_(None), Person.id > after)
        .order_by(Person.id)
        .limit(limit)
    )
    return [(person_id, reason) for person_id in person_ids]


def sanctioned_among(person_ids: Collection[int]) -> set[int]:
    """Return those of some people whose accounts are limited now."""
    return set(
        db.session.scalars(
            select(Sanction.person_id).where(
                Sanction.person_id.in_(person_ids),
                Sanction.ends_at > now(),
                Sanction.lifted_at.is_(None),
            )
        )
    )


def voters_among(person_ids: Collection[int], poll_id: int) -> set[int]:
    """Return those of some people who have voted in a poll."""
    is_voter = (PollVoter.poll_id == poll_id) & PollVoter.person_id.in_(person_ids)
    return set(db.session.scalars(select(PollVoter.person_id).where(is_voter)))

"""Requests for protected data, for researchers, administrators and the build job."""

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.days import local_today
from deliberate.models import DataAccessRequest, Interaction, Person, PersonKey, Process
from deliberate.vocabulary.events.accounts import ConsentChanged, PersonErased
from deliberate.vocabulary.events.moderation import (
    CommentHeld,
    CommentHidden,
    ProposalHeld,
    ProposalHidden,
)
from deliberate.vocabulary.events.proposals import ProposalWithdrawn
from deliberate.vocabulary.events.threads import CommentWithdrawn

PAGE = 20
OUTDATING_KINDS = (
    PersonErased.KIND,
    ConsentChanged.KIND,
    CommentHidden.KIND,
    CommentHeld.KIND,
    CommentWithdrawn.KIND,
    ProposalHidden.KIND,
    ProposalHeld.KIND,
    ProposalWithdrawn.KIND,
)
"""Acts after which protected files are rebuilt before anyone can fetch them."""


def get_data_access_request(request_id: int) -> DataAccessRequest | None:
    """Return a request, or None."""
    return db.session.get(DataAccessRequest, request_id)


def requests_by_person(person_id: int) -> list[DataAccessRequest]:
    """Return the requests of a person, newest first."""
    query = select(DataAccessRequest).where(DataAccessRequest.person_id == person_id)
    return list(db.session.scalars(query.order_by(DataAccessRequest.id.desc()).limit(PAGE)))


def pending_requests() -> list[DataAccessRequest]:
    """Return the requests without a decision, oldest first."""
    query = select(DataAccessRequest).where(DataAccessRequest.decided_at.is_(None))
    return list(db.session.scalars(query.order_by(DataAccessRequest.id).limit(PAGE)))


def decided_requests(before: int | None = None) -> list[DataAccessRequest]:
    """Return decided requests, newest first, one more than a page shows."""
    query = select(DataAccessRequest).where(DataAccessRequest.decided_at.is_not(None))
    if before is not None:
        query = query.where(DataAccessRequest.id < before)
    query = query.options(joinedload(DataAccessRequest.decided_by))
    return list(db.session.scalars(query.order_by(DataAccessRequest.id.desc()).limit(PAGE + 1)))


def active_requests() -> list[DataAccessRequest]:
    """Return granted requests whose last day is not past."""
    return [r for r in _granted_requests() if not r.is_expired(local_today(r.process))]


def expired_requests() -> list[DataAccessRequest]:
    """Return granted requests whose last day is past and whose files may still exist."""
    return [r for r in _granted_requests() if r.is_expired(local_today(r.process))]


def _granted_requests() -> list[DataAccessRequest]:
    query = select(DataAccessRequest).where(DataAccessRequest.secret.is_not(None))
    return list(db.session.scalars(query.order_by(DataAccessRequest.id)))


def is_outdated(request: DataAccessRequest) -> bool:
    """Return whether an erasure, consent change or hidden text outdated the built files."""
    if request.manifest is None:
        return True
    concerned = or_(
        Interaction.process_id == request.process_id, Interaction.process_id.is_(None)
    ) & Interaction.kind.in_(OUTDATING_KINDS)
    size = request.manifest["log_head"]["size"]
    newer = (Interaction.seq >= size, Interaction.seq.is_(None))
    queries = (select(Interaction.id).where(is_newer, concerned).limit(1) for is_newer in newer)
    return any(db.session.scalar(query) is not None for query in queries)


def studies_with_acts_of(person: Person) -> list[DataAccessRequest]:
    """Return the approved studies whose files have acts of a person, newest first.

    Files were built for them, in a process in which the person did something; only those of people
    who agree to research are in them.
    """
    if not person.research_consent:
        return []
    took_part = (
        select(Interaction.process_id)
        .join(PersonKey, PersonKey.actor_id == Interaction.actor_id)
        .where(PersonKey.person_id == person.id, Interaction.process_id.is_not(None))
    )
    query = select(DataAccessRequest).where(
        DataAccessRequest.is_granted.is_(True),
        DataAccessRequest.built_at.is_not(None),
        DataAccessRequest.process_id.in_(took_part),
    )
    return list(db.session.scalars(query.order_by(DataAccessRequest.id.desc()).limit(PAGE)))


def requestable_processes() -> list[Process]:
    """Return the processes whose data can be requested, newest first."""
    query = select(Process).where(Process.opened_at.is_not(None))
    return list(db.session.scalars(query.order_by(Process.id.desc()).limit(200)))

"""Requests for the protected tier as researchers, administrators and the job need them."""

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Interaction, Process, ReleaseRequest
from deliberate.queries.processes.working_days import local_day
from deliberate.vocabulary import Kind

PAGE = 20
AGEING = (
    Kind.PERSON_ERASED,
    Kind.CONSENT_CHANGED,
    Kind.COMMENT_HIDDEN,
    Kind.COMMENT_HELD,
    Kind.COMMENT_WITHDRAWN,
    Kind.PROPOSAL_HIDDEN,
    Kind.PROPOSAL_HELD,
    Kind.PROPOSAL_WITHDRAWN,
)
"""Acts after which files of the protected tier are built anew before anybody gets them."""


def request_numbered(number: int) -> ReleaseRequest | None:
    """One request."""
    return db.session.get(ReleaseRequest, number)


def requests_of(person_id: int) -> list[ReleaseRequest]:
    """Somebody's own requests, newest first."""
    query = select(ReleaseRequest).where(ReleaseRequest.person_id == person_id)
    return list(db.session.scalars(query.order_by(ReleaseRequest.id.desc()).limit(PAGE)))


def requests_waiting() -> list[ReleaseRequest]:
    """Requests nobody has decided on, oldest first."""
    query = select(ReleaseRequest).where(ReleaseRequest.decided_at.is_(None))
    return list(db.session.scalars(query.order_by(ReleaseRequest.id).limit(PAGE)))


def requests_decided(before: int | None = None) -> list[ReleaseRequest]:
    """Requests that were decided on, newest first, one more than a page shows."""
    query = select(ReleaseRequest).where(ReleaseRequest.decided_at.is_not(None))
    if before is not None:
        query = query.where(ReleaseRequest.id < before)
    query = query.options(joinedload(ReleaseRequest.decided_by))
    return list(db.session.scalars(query.order_by(ReleaseRequest.id.desc()).limit(PAGE + 1)))


def requests_in_force() -> list[ReleaseRequest]:
    """Requests granted whose last day is not past."""
    return [r for r in _granted() if not r.is_over(local_day(r.process, now()))]


def requests_over() -> list[ReleaseRequest]:
    """Requests granted whose last day is past, and whose files may still lie there."""
    return [r for r in _granted() if r.is_over(local_day(r.process, now()))]


def _granted() -> list[ReleaseRequest]:
    query = select(ReleaseRequest).where(ReleaseRequest.secret.is_not(None))
    return list(db.session.scalars(query.order_by(ReleaseRequest.id)))


def has_aged(request: ReleaseRequest) -> bool:
    """Whether somebody was erased, changed consent, or a text went, since the files were built."""
    if request.manifest is None:
        return True
    concerned = or_(
        Interaction.process_id == request.process_id, Interaction.process_id.is_(None)
    ) & Interaction.kind.in_([kind.value for kind in AGEING])
    size = request.manifest["log_head"]["size"]
    newer = (Interaction.seq >= size, Interaction.seq.is_(None))
    found = (db.session.scalar(select(Interaction.id).where(n, concerned).limit(1)) for n in newer)
    return any(entry is not None for entry in found)


def processes_to_ask_for() -> list[Process]:
    """Processes whose data can be asked for, newest first."""
    query = select(Process).where(Process.opened_at.is_not(None))
    return list(db.session.scalars(query.order_by(Process.id.desc()).limit(200)))

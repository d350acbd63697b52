"""Ballots entered at offices: those that wait, those of a voter, and who is alerted."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import OfficeBallot, Person, Poll, PollVoter
from deliberate.vocabulary import Role

MAX_ROWS = 50


def get_office_ballot(entry_id: int) -> OfficeBallot | None:
    """Return a ballot entered at an office by the id of the entry."""
    return db.session.get(OfficeBallot, entry_id)


def get_pending_ballot(poll: Poll, voter: Person) -> OfficeBallot | None:
    """Return the ballot of a voter that waits for a second officer."""
    entered = get_entered_ballot(poll, voter)
    return entered if entered is not None and entered.is_pending else None


def get_entered_ballot(poll: Poll, voter: Person) -> OfficeBallot | None:
    """Return the newest ballot that an office entered in the name of a voter."""
    entries = select(OfficeBallot).where(
        OfficeBallot.poll_id == poll.id, OfficeBallot.person_id == voter.id
    )
    return db.session.scalar(entries.order_by(OfficeBallot.id.desc()).limit(1))


def is_slip_used(poll: Poll, institution_id: int, slip_number: str) -> bool:
    """Return whether a ballot of a poll, without an objection, has this slip of an institution."""
    entries = select(OfficeBallot.id).where(
        OfficeBallot.poll_id == poll.id,
        OfficeBallot.institution_id == institution_id,
        func.lower(OfficeBallot.slip_number) == slip_number.lower(),
        OfficeBallot.objected_at.is_(None),
    )
    return db.session.scalar(entries.limit(1)) is not None


def list_waiting_ballots(institution_id: int) -> Sequence[OfficeBallot]:
    """Return the ballots of open polls that wait for a second officer, oldest first.

    One whose voter has voted since no longer waits: it could not be confirmed.
    """
    has_voted = select(PollVoter.person_id).where(
        PollVoter.poll_id == OfficeBallot.poll_id, PollVoter.person_id == OfficeBallot.person_id
    )
    entries = (
        select(OfficeBallot)
        .join(OfficeBallot.poll)
        .options(joinedload(OfficeBallot.person), joinedload(OfficeBallot.entered_by))
        .where(
            OfficeBallot.institution_id == institution_id,
            OfficeBallot.slip_number == "",
            OfficeBallot.confirmed_at.is_(None),
            OfficeBallot.objected_at.is_(None),
            Poll.closes_at > now(),
            ~has_voted.correlate(OfficeBallot).exists(),
        )
    )
    return db.session.scalars(entries.order_by(OfficeBallot.id).limit(MAX_ROWS)).all()


def list_objections(institution_id: int) -> Sequence[OfficeBallot]:
    """Return the newest objections to ballots that an institution entered."""
    entries = (
        select(OfficeBallot)
        .options(joinedload(OfficeBallot.person), joinedload(OfficeBallot.entered_by))
        .where(OfficeBallot.institution_id == institution_id, OfficeBallot.objected_at.is_not(None))
    )
    return db.session.scalars(entries.order_by(OfficeBallot.id.desc()).limit(MAX_ROWS)).all()


def list_alerted_officers(entered: OfficeBallot) -> Sequence[Person]:
    """Return the colleagues of the clerk who entered a ballot, else the administrators."""
    others = select(Person).where(Person.id != entered.entered_by_id, Person.erased_at.is_(None))
    colleagues = others.where(
        Person.role == Role.STAFF, Person.institution_id == entered.institution_id
    )
    administrators = others.where(Person.role == Role.ADMIN)
    found = db.session.scalars(colleagues.limit(MAX_ROWS)).unique().all()
    return found or db.session.scalars(administrators.limit(MAX_ROWS)).unique().all()

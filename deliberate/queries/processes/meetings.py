"""Meetings of a process."""

from collections.abc import Sequence, Set
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.database import db
from deliberate.models import Attendance, Meeting, MeetingCorrection, Person, Process
from deliberate.text import clean_line

MEETINGS_SHOWN = 100
"""The newest meetings of a process: pages and its calendar show no others."""


def list_meetings(process: Process, limit: int = MEETINGS_SHOWN) -> Sequence[Meeting]:
    """Return the newest meetings of a process, the last one first."""
    corrected = (
        select(MeetingCorrection.held_on)
        .where(MeetingCorrection.meeting_id == Meeting.id)
        .order_by(MeetingCorrection.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    day = func.coalesce(corrected, Meeting.held_on)
    statement = select(Meeting).where(Meeting.process_id == process.id)
    newest = statement.order_by(day.desc(), Meeting.id.desc()).limit(limit)
    loaded = (joinedload(Meeting.institution), selectinload(Meeting.corrections))
    return db.session.scalars(newest.options(*loaded)).all()


def get_meeting(process: Process, meeting_id: int) -> Meeting | None:
    """Return a meeting of a process, or None."""
    return db.session.scalar(
        select(Meeting).where(Meeting.id == meeting_id, Meeting.process_id == process.id)
    )


def list_meetings_alike(process: Process, held_on: date, place: str) -> Sequence[Meeting]:
    """Return the meetings that are recorded at a place on a day, whatever the case of its name."""
    statement = select(Meeting).where(
        Meeting.process_id == process.id,
        Meeting.held_on == held_on,
        func.lower(Meeting.place) == clean_line(place).lower(),
    )
    return db.session.scalars(statement.order_by(Meeting.id).limit(MEETINGS_SHOWN)).all()


def attended_meeting_ids(person: Person, meetings: Sequence[Meeting]) -> Set[int]:
    """Return the ids of those of some meetings that a person noted as attended."""
    query = select(Attendance.meeting_id).where(
        Attendance.person_id == person.id,
        Attendance.meeting_id.in_([meeting.id for meeting in meetings]),
    )
    return set(db.session.scalars(query))

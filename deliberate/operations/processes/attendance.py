"""Attendance of meetings, which residents note themselves and can take back."""

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.models import Attendance, Meeting, Person
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.notices import may_note_attendance, may_retract_attendance
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.processes import AttendanceNoted, AttendanceRetracted


def note_attendance(
    resident: Person, meeting: Meeting, *, context: RequestContext = NO_REQUEST
) -> None:
    """Note that a resident attended a meeting, once. Raises Refused.

    No more people note it than the record says attended.
    """
    with recorded(resident, AttendanceNoted, context) as act:
        require(may_note_attendance(resident, act.lock(meeting)))
        act.session.refresh(meeting, ["corrections"])
        if act.session.get(Attendance, (meeting.id, resident.id)) is not None:
            raise Refused(_("You noted this already."))
        count = select(func.count()).where(Attendance.meeting_id == meeting.id)
        if (act.session.scalar(count) or 0) >= meeting.shown.attended:
            raise Refused(_("As many people as attended have noted it already."))
        act.session.add(Attendance(meeting_id=meeting.id, person_id=resident.id, noted_at=now()))
        act.about(meeting)


def retract_attendance(
    resident: Person, meeting: Meeting, *, context: RequestContext = NO_REQUEST
) -> None:
    """Take back that a resident attended a meeting. Raises Refused."""
    with recorded(resident, AttendanceRetracted, context) as act:
        require(may_retract_attendance(resident, act.lock(meeting)))
        attendance = act.session.get(Attendance, (meeting.id, resident.id))
        if attendance is None:
            raise Refused(_("You have not noted that you attended."))
        act.session.delete(attendance)
        act.about(meeting)

"""Meetings of residents with decision makers, recorded by the people of a process."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.days import local_today
from deliberate.models import Meeting, Person, Process
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.notices import may_record_meeting
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.processes import MeetingHeld


@dataclass(frozen=True)
class MeetingEntry:
    """What is stated about a meeting; the minutes are Markdown, empty if none are published."""

    held_on: date
    place: str
    attended: int
    language: str
    minutes: str = ""


def record_meeting(
    staff: Person, process: Process, entry: MeetingEntry, *, context: RequestContext = NO_REQUEST
) -> Meeting:
    """Record that residents met decision makers. Raises Refused, InvalidInput."""
    with recorded(staff, MeetingHeld, context) as act:
        require(may_record_meeting(act.lock(staff), act.lock(process)))
        meeting = _new_row(staff, process, entry)
        act.session.add(meeting)
        act.set_text(lambda: meeting.sealed_text, meeting)
        act.about(meeting, minutes=bool(meeting.minutes), attended=meeting.attended)
    return meeting


def _new_row(staff: Person, process: Process, entry: MeetingEntry) -> Meeting:
    place = clean_line(entry.place)
    if not place or entry.attended < 1:
        raise InvalidInput(_("Write where it was and how many people attended."))
    if entry.held_on > local_today(process):
        raise InvalidInput(_("This day is in the future. Record a meeting once it was held."))
    return Meeting(
        process_id=process.id,
        held_on=entry.held_on,
        place=place,
        minutes=clean(entry.minutes),
        attended=entry.attended,
        language=entry.language,
        recorded_at=now(),
        recorded_by_id=staff.id,
        institution_id=staff.institution_id,
    )

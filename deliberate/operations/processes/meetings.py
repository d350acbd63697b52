"""Meetings of residents with decision makers, recorded by the people of a process."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.days import local_today
from deliberate.models import Meeting, MeetingCorrection, Person, Process
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.notices import may_correct_meeting, may_record_meeting
from deliberate.queries.processes.working_days import days_off, working_days_between
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.processes import MeetingCorrected, MeetingHeld


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
        act.about(
            meeting,
            minutes=bool(meeting.minutes),
            attended=meeting.attended,
            working_days=_days_since(process, meeting.held_on),
        )
    return meeting


def correct_meeting(
    staff: Person,
    meeting: Meeting,
    entry: MeetingEntry,
    reason: str,
    base: int,
    *,
    context: RequestContext = NO_REQUEST,
) -> MeetingCorrection:
    """Correct what was recorded of a meeting; what was recorded before stays readable.

    `base` is the number of corrections that the officer knew. Raises Refused, InvalidInput.
    """
    with recorded(staff, MeetingCorrected, context) as act:
        require(may_correct_meeting(act.lock(staff), act.lock(meeting)))
        act.session.refresh(meeting, ["corrections"])
        if base != len(meeting.corrections):
            raise Refused(_("This meeting was corrected meanwhile. Look at it again."))
        if not clean(reason):
            raise InvalidInput(_("Write what was wrong, and why."))
        stated = _stated(meeting.process, entry)
        if all(getattr(meeting.shown, name) == value for name, value in stated.items()):
            raise InvalidInput(_("Nothing was changed."))
        correction = MeetingCorrection(
            **stated,
            reason=clean(reason),
            corrected_at=now(),
            corrected_by_id=staff.id,
            institution_id=staff.institution_id,
        )
        meeting.corrections.append(correction)
        act.set_text(lambda: correction.sealed_text, correction)
        act.about(
            meeting,
            minutes=bool(correction.minutes),
            attended=correction.attended,
            working_days=_days_since(meeting.process, correction.held_on),
        )
    return correction


def _days_since(process: Process, held_on: date) -> int:
    """Return the working days from a meeting until today, as the process counts them."""
    today = local_today(process)
    return working_days_between(held_on, today, process.calendar, days_off(process))


def _stated(process: Process, entry: MeetingEntry) -> dict[str, Any]:
    """Return the columns of what is stated about a meeting. Raises InvalidInput."""
    place = clean_line(entry.place)
    if not place or entry.attended < 1:
        raise InvalidInput(_("Write where it was and how many people attended."))
    if entry.held_on > local_today(process):
        raise InvalidInput(_("This day is in the future. Record a meeting once it was held."))
    return {
        "held_on": entry.held_on,
        "place": place,
        "minutes": clean(entry.minutes),
        "attended": entry.attended,
        "language": entry.language,
    }


def _new_row(staff: Person, process: Process, entry: MeetingEntry) -> Meeting:
    return Meeting(
        **_stated(process, entry),
        process_id=process.id,
        recorded_at=now(),
        recorded_by_id=staff.id,
        institution_id=staff.institution_id,
    )

"""Permissions on the news and the meetings of processes, and on intake channels."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Meeting, Person, Process, ProcessNews
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    may_take_part,
    not_yours,
)
from deliberate.permissions.processes import may_inform
from deliberate.permissions.responses import has_part_in
from deliberate.vocabulary import Role

NOTING_PERIOD = timedelta(days=14)
"""Time after the record of a meeting in which residents note that they attended."""


def may_publish_news(person: Person | None, process: Process) -> Decision:
    """Allow administrators, and staff of institutions with a part, in a process that opened."""
    return all_of(
        has_role(person, Role.STAFF, Role.ADMIN),
        has_part_in(person, process),
        ALLOWED if process.opened_at else Decision(_("This process is not open yet.")),
    )


def may_record_meeting(person: Person | None, process: Process) -> Decision:
    """Allow those who may publish news of a process."""
    return may_publish_news(person, process)


def may_correct_meeting(person: Person | None, meeting: Meeting) -> Decision:
    """Allow administrators, the leading institution, and the institution that recorded it."""
    may_record = may_record_meeting(person, meeting.process)
    if person is None or not may_record or may_inform(person, meeting.process):
        return may_record
    is_own = person.institution_id is not None and person.institution_id == meeting.institution_id
    return ALLOWED if is_own else not_yours(_("Another institution recorded this meeting."))


def may_note_attendance(person: Person | None, meeting: Meeting) -> Decision:
    """Allow residents, for some days after the meeting was recorded."""
    ends_at = meeting.recorded_at + NOTING_PERIOD
    return all_of(
        may_take_part(person),
        has_role(person, Role.RESIDENT),
        ALLOWED if now() < ends_at else Decision(_("The days to note attendance are over.")),
    )


def may_retract_attendance(person: Person | None, meeting: Meeting) -> Decision:
    """Allow those who may note it: what was counted is not changed later."""
    return may_note_attendance(person, meeting)


def may_withdraw_news(person: Person | None, news: ProcessNews) -> Decision:
    """Allow administrators, the leading institution, and the institution that published them."""
    may_publish = may_publish_news(person, news.process)
    if person is None or not may_publish or may_inform(person, news.process):
        return may_publish
    is_own = person.institution_id is not None and person.institution_id == news.institution_id
    return ALLOWED if is_own else not_yours(_("Another institution published these news."))


def may_use_channels(person: Person | None) -> Decision:
    """Allow residents to act through a channel; who acts for an office does so on the pages."""
    return all_of(is_signed_in(person), has_role(person, Role.RESIDENT))

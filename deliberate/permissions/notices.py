"""Permissions on the news and the meetings of processes, and on intake channels."""

from flask_babel import lazy_gettext as _

from deliberate.models import Meeting, Person, Process, ProcessNews
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.permissions.processes import may_inform
from deliberate.permissions.responses import has_part_in
from deliberate.vocabulary import Role


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

"""Permissions on the news of processes."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.responses import has_part_in
from deliberate.vocabulary import Role


def may_publish_news(person: Person | None, process: Process) -> Decision:
    """Allow administrators, and staff of institutions with a part, in a process that opened."""
    return all_of(
        has_role(person, Role.STAFF, Role.ADMIN),
        has_part_in(person, process),
        ALLOWED if process.opened_at else Decision(_("This process is not open yet.")),
    )

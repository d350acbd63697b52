"""Permissions on announcements."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.processes import is_not_closed
from deliberate.permissions.responses import has_part_in
from deliberate.vocabulary import Role


def may_announce(person: Person | None, process: Process) -> Decision:
    """Allow administrators, and staff of an institution with a part in an open process."""
    return all_of(
        has_role(person, Role.STAFF, Role.ADMIN),
        has_part_in(person, process),
        is_not_closed(process),
        ALLOWED if process.opened_at else Decision(_("This process is not open yet.")),
    )

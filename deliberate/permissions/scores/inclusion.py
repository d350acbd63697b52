"""Permissions to state the population of a process, and to declare a group of one's own."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, is_signed_in
from deliberate.permissions.processes import is_not_closed, may_set_up
from deliberate.vocabulary import AccountClass, Role


def may_state_population(admin: Person | None, process: Process) -> Decision:
    """Allow administrators on an open process: its log begins when it opens."""
    is_opened = process.opened_at is not None
    return all_of(
        may_set_up(admin),
        ALLOWED if is_opened else Decision(_("Open the process first.")),
        is_not_closed(process),
    )


def may_declare_group(person: Person | None, process: Process) -> Decision:
    """Allow residents for themselves, until the process closes."""
    return all_of(is_resident(person), is_not_closed(process))


def is_resident(person: Person | None) -> Decision:
    """Allow accounts of residents that stand for one person."""
    decision = all_of(is_signed_in(person), has_role(person, Role.RESIDENT))
    if person is None or not decision:
        return decision
    if person.account_class != AccountClass.PERSON:
        return Decision(_("This account does not stand for one person."))
    return ALLOWED

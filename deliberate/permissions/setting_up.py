"""Who gives roles and sets up processes, and what a process needs before it opens."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.permissions import YES, Answer, first_no, may_set_up


def may_give_roles(admin: Person | None, person: Person) -> Answer:
    """Administrators, on living accounts of others: so one administrator always remains."""
    own = admin is not None and admin.id == person.id
    return first_no(
        may_set_up(admin),
        Answer(_("Another administrator changes your own role.")) if own else YES,
        YES if person.is_active else Answer(_("This account is closed.")),
    )

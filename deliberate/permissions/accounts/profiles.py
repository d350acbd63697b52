"""Permissions on an account: change its area, remove its second factor."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.permissions.decision import Decision, is_signed_in
from deliberate.permissions.processes import may_set_up


def may_change_area(person: Person | None) -> Decision:
    """Return whether a person changes the area; a verified area limits polls, so it is fixed."""
    if person is not None and person.area_is_verified:
        return Decision(
            _("Your area was verified. If you have moved, tell an office or an administrator.")
        )
    return is_signed_in(person)


def may_remove_second_factor(person: Person | None, owner: Person) -> Decision:
    """Return whether a person removes a second factor: the owner, or an administrator."""
    if person is not None and person.id == owner.id:
        return is_signed_in(person)
    return may_set_up(person)

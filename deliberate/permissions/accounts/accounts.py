"""Who may change what of an account that is not, or not only, one's own."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.permissions.decision import Decision, is_signed_in
from deliberate.permissions.processes import may_set_up


def may_move_house(person: Person | None) -> Decision:
    """Whoever says where they live, unless a list or code said it: polls of areas rest on that."""
    if person is not None and person.area_is_verified:
        return Decision(
            _("Your area was verified; if you moved, tell the office or administrator.")
        )
    return is_signed_in(person)


def may_remove_factor(person: Person | None, owner: Person) -> Decision:
    """The account's owner, and administrators for a phone that was lost."""
    if person is not None and person.id == owner.id:
        return is_signed_in(person)
    return may_set_up(person)

"""Permissions on the verification of residents."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    is_signed_in,
    not_yours,
)
from deliberate.permissions.processes import may_set_up
from deliberate.vocabulary import AccountClass, Role


def may_be_verified(person: Person | None) -> Decision:
    """Return whether an account becomes verified: a resident's own account, once."""
    if person is None or not person.is_active:
        return is_signed_in(person)
    if person.role != Role.RESIDENT or person.account_class != AccountClass.PERSON:
        return Decision(
            _("Only residents can be verified. This account belongs to an office or a group.")
        )
    if person.verified_at is not None:
        return Decision(_("You are a verified resident already."))
    return ALLOWED


def may_end_verification(admin: Person | None, person: Person) -> Decision:
    """Return whether a person ends a verification: administrators, not of their own account."""
    is_own = admin is not None and admin.id == person.id
    own = not_yours(_("Another administrator does this for your own account."))
    return all_of(
        may_set_up(admin),
        own if is_own else ALLOWED,
        ALLOWED if person.verified_at is not None else Decision(_("This account is not verified.")),
    )

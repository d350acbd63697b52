"""Who becomes a verified resident, and who says so."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.permissions.decision import ALLOWED, Decision, all_of, is_signed_in
from deliberate.permissions.processes import may_set_up
from deliberate.vocabulary import AccountClass, Role


def may_be_verified(person: Person | None) -> Decision:
    """A resident's own account, once."""
    if person is None or not person.is_active:
        return is_signed_in(person)
    if person.role != Role.RESIDENT or person.account_class != AccountClass.PERSON:
        return Decision(_("Residents are verified; this account stands for an office or a group."))
    if person.verified_at is not None:
        return Decision(_("You are a verified resident already."))
    return ALLOWED


def may_end_verification(admin: Person | None, person: Person) -> Decision:
    """Administrators, for others."""
    own = admin is not None and admin.id == person.id
    return all_of(
        may_set_up(admin),
        Decision(_("Another administrator does this for your own account.")) if own else ALLOWED,
        ALLOWED if person.verified_at is not None else Decision(_("This account is not verified.")),
    )

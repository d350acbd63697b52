"""Who becomes a verified resident, and who says so."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person
from deliberate.permissions.decision import YES, Answer, first_no, is_signed_in
from deliberate.permissions.processes import may_set_up
from deliberate.vocabulary import AccountClass, Role


def may_be_verified(person: Person | None) -> Answer:
    """A resident's own account, once."""
    if person is None or not person.is_active:
        return is_signed_in(person)
    if person.role != Role.RESIDENT or person.account_class != AccountClass.PERSON:
        return Answer(_("Residents are verified; this account stands for an office or a group."))
    if person.verified_at is not None:
        return Answer(_("You are a verified resident already."))
    return YES


def may_end_verification(admin: Person | None, person: Person) -> Answer:
    """Administrators, for others."""
    own = admin is not None and admin.id == person.id
    return first_no(
        may_set_up(admin),
        Answer(_("Another administrator does this for your own account.")) if own else YES,
        YES if person.verified_at is not None else Answer(_("This account is not verified.")),
    )

"""Permissions on the class of accounts: two administrators, neither for an own account."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Reclassification
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.vocabulary import Role


def may_propose_class(admin: Person | None, person: Person) -> Decision:
    """Allow administrators on the accounts of others that have acts in the log."""
    closed = Decision(_("This account is closed."))
    return all_of(_may_decide_on(admin, person), closed if person.actor_id is None else ALLOWED)


def _may_decide_on(admin: Person | None, person: Person) -> Decision:
    is_own = admin is not None and admin.id == person.id
    own = not_yours(_("Another administrator does this for your own account."))
    return all_of(has_role(admin, Role.ADMIN), own if is_own else ALLOWED)


def may_confirm_class(admin: Person | None, reclassification: Reclassification) -> Decision:
    """Allow an administrator who did not propose the class, while it waits.

    The one who proposed it must still be an administrator: two confirm a class.
    """
    has_proposed = admin is not None and admin.id == reclassification.proposed_by_id
    alone = not_yours(_("Another administrator must confirm: one alone cannot change the class."))
    return all_of(
        may_propose_class(admin, reclassification.person),
        alone if has_proposed else ALLOWED,
        ALLOWED
        if _is_active_admin(reclassification.proposed_by)
        else Decision(_("The administrator who proposed it no longer is one. Dismiss it.")),
        is_waiting(reclassification),
    )


def may_dismiss_class(admin: Person | None, reclassification: Reclassification) -> Decision:
    """Allow any administrator while it waits, also the proposer and for a closed account."""
    return all_of(_may_decide_on(admin, reclassification.person), is_waiting(reclassification))


def is_waiting(reclassification: Reclassification) -> Decision:
    """Allow reclassifications that are neither confirmed nor dismissed."""
    if reclassification.is_pending:
        return ALLOWED
    return Decision(_("This has been decided already."))


def _is_active_admin(person: Person) -> bool:
    return bool(all_of(is_signed_in(person), has_role(person, Role.ADMIN)))

"""Roles and classes of accounts: grant and revoke roles, change a class by two administrators.

The scores read the class of an account from the log, for all its acts: those before the change are
counted as those of the new class too. The account itself can still sign in and take part.
"""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Institution, Person, Reclassification
from deliberate.operations.accounts.devices import end_devices
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.accounts.reclassifications import (
    may_confirm_class,
    may_dismiss_class,
    may_propose_class,
)
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.processes import may_grant_roles
from deliberate.queries.accounts.reclassifications import get_pending_reclassification
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary import AccountClass, ReclassificationReason, Role
from deliberate.vocabulary.events.accounts import (
    AccountReclassified,
    ReclassificationDismissed,
    ReclassificationProposed,
    RoleGranted,
    RoleRevoked,
)
from deliberate.vocabulary.notices import AccountReclassifiedNotice


def grant_role(
    admin: Person | None,
    person: Person,
    role: Role,
    institution: Institution | None = None,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Grant a role to an account and sign its devices out, so that the role applies at once.

    `admin` is None on the command line. Raises Refused.
    """
    with recorded(admin, RoleGranted, context) as act:
        act.lock(person)
        if admin is not None:
            require(may_grant_roles(act.lock(admin), person))
        if role == Role.STAFF and institution is None:
            raise InvalidInput(_("Staff work for an institution: choose which."))
        person.role = role
        person.institution_id = institution.id if institution else None
        act.about(person, role=role)
    end_devices(person)


def revoke_role(admin: Person, person: Person, *, context: RequestContext = NO_REQUEST) -> None:
    """Make an account a resident's again and sign its devices out. Raises Refused."""
    with recorded(admin, RoleRevoked, context) as act:
        act.lock(person)
        require(may_grant_roles(act.lock(admin), person))
        revoked = person.role
        if revoked == Role.RESIDENT:
            raise Refused(_("This account has no role to remove."))
        person.role = Role.RESIDENT
        person.institution_id = None
        act.about(person, role=Role(revoked))
    end_devices(person)


def propose_class(
    admin: Person,
    person: Person,
    account_class: AccountClass,
    reason: ReclassificationReason,
    *,
    context: RequestContext = NO_REQUEST,
) -> Reclassification:
    """Propose a class for an account; it applies once another administrator confirms it.

    Raises Refused, and InvalidInput for the class that the account has.
    """
    with recorded(admin, ReclassificationProposed, context) as act:
        require(may_propose_class(act.lock(admin), act.lock(person)))
        _require_new_class(person, account_class)
        reclassification = Reclassification(
            person=person, account_class=account_class, reason=reason, proposed_by=admin
        )
        act.session.add(reclassification)
        act.about(reclassification, to=account_class, reason=reason)
    return reclassification


def _require_new_class(person: Person, account_class: AccountClass) -> None:
    if get_pending_reclassification(person.id) is not None:
        raise Refused(_("A class is proposed for this account already. Decide that first."))
    if person.account_class == account_class:
        raise InvalidInput(_("The account has this class already. Choose another one."))


def confirm_class(
    admin: Person, reclassification: Reclassification, *, context: RequestContext = NO_REQUEST
) -> None:
    """Confirm a proposed class as the second administrator; the owner is notified.

    The log has a row of each of the two. Raises Refused.
    """
    with recorded(admin, AccountReclassified, context) as act:
        act.lock(admin)
        person = act.lock(reclassification.person)
        require(may_confirm_class(admin, act.lock(reclassification)))
        reclassification.confirmed_by_id, reclassification.confirmed_at = admin.id, now()
        person.account_class = reclassification.account_class
        act.about(
            person,
            to=AccountClass(reclassification.account_class),
            reason=ReclassificationReason(reclassification.reason),
            account=person.actor_id or "",
        )
        act.joined_by(reclassification.proposed_by)
        notify_person(act, person, AccountReclassifiedNotice())


def dismiss_class(
    admin: Person, reclassification: Reclassification, *, context: RequestContext = NO_REQUEST
) -> None:
    """Dismiss a proposed class; the account is as before. Raises Refused."""
    with recorded(admin, ReclassificationDismissed, context) as act:
        act.lock(admin)
        act.lock(reclassification.person)
        require(may_dismiss_class(admin, act.lock(reclassification)))
        reclassification.dismissed_at = now()
        act.about(reclassification)

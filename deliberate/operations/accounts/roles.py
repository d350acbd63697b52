"""Roles of accounts: grant and revoke."""

from flask_babel import lazy_gettext as _

from deliberate.models import Institution, Person
from deliberate.operations.accounts.devices import end_devices
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.processes import may_grant_roles
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.accounts import RoleGranted, RoleRevoked


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

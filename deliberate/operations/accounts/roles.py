"""Roles of accounts: grant and revoke."""

from flask_babel import lazy_gettext as _

from deliberate.models import Institution, Person
from deliberate.operations.accounts.devices import end_devices
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import may_grant_roles
from deliberate.recording import recorded
from deliberate.vocabulary import Kind, Role


def grant_role(
    admin: Person | None, person: Person, role: Role, institution: Institution | None = None
) -> None:
    """Grant a role to an account and sign its devices out, so that the role applies at once.

    `admin` is None on the command line. Raises Refused.
    """
    with recorded(admin, Kind.ROLE_GRANTED) as act:
        act.lock(person)
        if admin is not None:
            require(may_grant_roles(act.lock(admin), person))
        if role == Role.STAFF and institution is None:
            raise Refused(_("Staff work for an institution: choose which."))
        person.role = role
        person.institution_id = institution.id if institution else None
        act.about(person, role=role.value)
    end_devices(person)


def revoke_role(admin: Person, person: Person) -> None:
    """Make an account a resident's again and sign its devices out. Raises Refused."""
    with recorded(admin, Kind.ROLE_REVOKED) as act:
        act.lock(person)
        require(may_grant_roles(act.lock(admin), person))
        revoked = person.role
        if revoked == Role.RESIDENT:
            raise Refused(_("This account has no role to remove."))
        person.role = Role.RESIDENT
        person.institution_id = None
        act.about(person, role=Role(revoked).value)
    end_devices(person)

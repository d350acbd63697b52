"""Invitations to an account with a role: made and revoked by administrators, accepted once."""

import secrets

from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import Institution, Invitation, Person
from deliberate.models.accounts.invitation import VALID_FOR
from deliberate.notifications.links import invitation_token
from deliberate.operations.accounts.devices import create_device, hash_token
from deliberate.operations.accounts.email_addresses import (
    request_email_confirmation,
    require_email_address,
)
from deliberate.operations.accounts.registration import (
    SIGN_IN_NAME,
    NameTaken,
    new_person,
    require_free_name,
)
from deliberate.permissions.accounts.invitations import may_accept_invitation, may_revoke_invitation
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.processes import may_set_up
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.accounts import (
    InvitationAccepted,
    InvitationMade,
    InvitationRevoked,
)


def invite(
    admin: Person,
    role: Role,
    institution: Institution | None = None,
    *,
    name: str = "",
    email: str = "",
    context: RequestContext = NO_REQUEST,
) -> tuple[Invitation, str]:
    """Invite a person to an account with a role; return the invitation and the token of its link.

    The token is shown once; a job mails the link if there is an address. Raises Refused.
    """
    require_email_address(email or None)
    seed = secrets.token_hex(32)
    token = invitation_token(seed)
    with recorded(admin, InvitationMade, context) as act:
        require(may_set_up(act.lock(admin)))
        if role in {Role.RESIDENT, Role.SYSTEM}:
            raise InvalidInput(_("Residents join without an invitation."))
        if role == Role.STAFF and institution is None:
            raise InvalidInput(_("Staff work for an institution: choose which."))
        invitation = Invitation(
            seed=seed,
            token_hash=hash_token(token),
            name=clean_line(name),
            email=email,
            role=role,
            institution_id=institution.id if institution else None,
            language=context.language,
            invited_by_id=admin.id,
            created_at=now(),
            expires_at=now() + VALID_FOR,
        )
        act.session.add(invitation)
        act.about(invitation, role=role, mailed=bool(email))
    return invitation, token


def revoke_invitation(
    admin: Person, invitation: Invitation, *, context: RequestContext = NO_REQUEST
) -> None:
    """Revoke an invitation; its link becomes invalid. Raises Refused."""
    with recorded(admin, InvitationRevoked, context) as act:
        require(may_revoke_invitation(act.lock(admin), act.lock(invitation)))
        invitation.revoked_at = now()
        act.about(invitation, role=invitation.role)


def accept_invitation(
    invitation: Invitation,
    sign_in_name: str,
    display_name: str,
    passphrase: str,
    *,
    agent: str = "",
    context: RequestContext = NO_REQUEST,
) -> tuple[Person, str]:
    """Create the account of an invitation with its role; return it and the token of a device.

    Raises NameTaken, and Refused for a weak passphrase or an invitation that is over.
    """
    person = new_person(sign_in_name, display_name, passphrase)
    person.role, person.institution_id = invitation.role, invitation.institution_id
    person.email, person.language = invitation.email or None, context.language
    try:
        with recorded(person, InvitationAccepted, context) as act:
            require(may_accept_invitation(act.lock(invitation)))
            require_free_name(act.session, person)
            act.session.add(person)
            act.session.flush()
            invitation.accepted_at, invitation.person_id = now(), person.id
            request_email_confirmation(act, person)
            act.about(person, role=invitation.role, terms=1)
    except IntegrityError as error:  # another account took the name at the same moment
        raise NameTaken(SIGN_IN_NAME) from error
    return person, create_device(person, agent)

"""Permissions on invitations to a role."""

from flask_babel import lazy_gettext as _

from deliberate.models import Invitation, Person
from deliberate.permissions.decision import ALLOWED, Decision, all_of
from deliberate.permissions.processes import may_set_up


def may_revoke_invitation(admin: Person | None, invitation: Invitation) -> Decision:
    """Allow administrators to revoke an invitation that is still open."""
    return all_of(
        may_set_up(admin),
        ALLOWED
        if invitation.accepted_at is None
        else Decision(_("This invitation was accepted. Change the role of the account instead.")),
        ALLOWED
        if invitation.revoked_at is None
        else Decision(_("This invitation was revoked already.")),
    )


def may_accept_invitation(invitation: Invitation) -> Decision:
    """Allow any holder of the link to accept an invitation that is open."""
    if invitation.is_open:
        return ALLOWED
    return Decision(_("This invitation was used, revoked or is too old. Ask for a new one."))

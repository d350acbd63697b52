"""Permissions on files of proposals: add and remove."""

from flask_babel import lazy_gettext as _

from deliberate.models import Attachment, Person, Proposal
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.proposals.proposals import is_active, is_author, is_unanswered
from deliberate.vocabulary import Role


def may_add_attachment(person: Person | None, proposal: Proposal) -> Decision:
    """Allow the author, while the proposal is active and no final response is published."""
    return all_of(is_author(person, proposal), is_active(proposal), is_unanswered(proposal))


def may_remove_attachment(
    person: Person | None, attachment: Attachment, proposal: Proposal
) -> Decision:
    """Allow the author at any time, or a moderator, if the file was not removed yet."""
    is_removed = attachment.removed_at is not None
    return all_of(
        has_role(person, Role.MODERATOR, Role.ADMIN) or is_author(person, proposal),
        Decision(_("This file has already been removed.")) if is_removed else ALLOWED,
    )

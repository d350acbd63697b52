"""Who may put files beside a proposal, and take them away."""

from flask_babel import lazy_gettext as _

from deliberate.models import Attachment, Person, Proposal
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.proposals.proposals import is_author, is_standing, is_unanswered
from deliberate.vocabulary import Role


def may_attach(person: Person | None, proposal: Proposal) -> Decision:
    """The author, while it stands and no response is published."""
    return all_of(is_author(person, proposal), is_standing(proposal), is_unanswered(proposal))


def may_detach(person: Person | None, attachment: Attachment, proposal: Proposal) -> Decision:
    """The author at any time, or a moderator; once."""
    if attachment.removed_at is not None:
        return Decision(_("This file was removed already."))
    if has_role(person, Role.MODERATOR, Role.ADMIN):
        return ALLOWED
    return is_author(person, proposal)

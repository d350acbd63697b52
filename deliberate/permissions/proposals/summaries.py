"""Permissions on summaries: author and moderators suggest, and the other side agrees."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Proposal, Summary
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    not_yours,
)
from deliberate.permissions.proposals.proposals import is_active, is_author
from deliberate.vocabulary import Role


def may_suggest_summary(person: Person | None, proposal: Proposal) -> Decision:
    """Allow the author or a moderator, while the proposal is active."""
    by_author = is_author(person, proposal)
    return all_of(
        by_author if by_author else has_role(person, Role.MODERATOR, Role.ADMIN),
        is_active(proposal),
    )


def may_agree_to_summary(person: Person | None, summary: Summary) -> Decision:
    """Allow a moderator to agree to the author's suggestion, and the author to a moderator's."""
    return all_of(
        _is_other_side(person, summary),
        Decision(_("This summary has already been agreed.")) if summary.agreed_at else ALLOWED,
        is_active(summary.proposal),
    )


def _is_other_side(person: Person | None, summary: Summary) -> Decision:
    is_proposal_author = is_author(person, summary.proposal)
    if summary.is_by_author and is_proposal_author:
        return not_yours(_("A moderator has to agree to your suggestion."))
    if summary.is_by_author:
        return has_role(person, Role.MODERATOR, Role.ADMIN)
    if not is_proposal_author:
        return not_yours(_("The author has to agree to a moderator’s suggestion."))
    return ALLOWED

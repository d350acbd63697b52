"""Permissions to merge proposals and to undo a merger."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Proposal, is_written_by
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    not_yours,
)
from deliberate.permissions.proposals.proposals import is_active, is_unanswered
from deliberate.vocabulary import Role


def may_merge(person: Person | None, proposal: Proposal, target: Proposal) -> Decision:
    """Allow staff and moderators to merge an unanswered proposal into another of its process."""
    return all_of(
        _is_impartial(person, proposal, target),
        is_active(proposal),
        is_active(target),
        _are_mergeable(proposal, target),
        is_unanswered(proposal),
    )


def may_unmerge(person: Person | None, proposal: Proposal, target: Proposal) -> Decision:
    """Allow staff and moderators, while the target has not been merged into another proposal."""
    is_target_merged = target.merged_into_id is not None
    return all_of(
        _is_impartial(person, proposal, target),
        Decision(_("This proposal is not merged into another one."))
        if proposal.merged_into_id is None
        else ALLOWED,
        Decision(_("The target was later merged into another proposal. Undo that first."))
        if is_target_merged
        else ALLOWED,
    )


def has_merge_role(person: Person | None) -> Decision:
    """Return whether a person has a role that may merge proposals."""
    return has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN)


def _is_impartial(person: Person | None, *proposals: Proposal) -> Decision:
    is_author = any(is_written_by(proposal, person) for proposal in proposals)
    return all_of(
        has_merge_role(person),
        not_yours(_("Another moderator decides on what you wrote.")) if is_author else ALLOWED,
    )


def _are_mergeable(proposal: Proposal, target: Proposal) -> Decision:
    if proposal.id == target.id:
        return Decision(_("A proposal cannot be merged into itself."))
    if proposal.process_id != target.process_id:
        return Decision(_("Both proposals must belong to the same process."))
    return ALLOWED

"""Who may join proposals that ask for the same, and take them apart again."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Proposal
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.proposals.proposals import is_standing, is_unanswered
from deliberate.vocabulary import Role


def may_merge(person: Person | None, proposal: Proposal, into: Proposal) -> Decision:
    """Staff and moderators: an unanswered proposal into another one of its process."""
    return all_of(
        _has_no_part(person, proposal, into),
        is_standing(proposal),
        is_standing(into),
        _is_other(proposal, into),
        is_unanswered(proposal),
    )


def may_unmerge(person: Person | None, proposal: Proposal, into: Proposal) -> Decision:
    """Staff and moderators, as long as the target has not been joined to another one itself."""
    if proposal.merged_into_id is None:
        return Decision(_("This proposal is not joined to another one."))
    further = into.merged_into_id is not None
    return all_of(
        _has_no_part(person, proposal, into),
        Decision(_("Its target was joined to another proposal later: undo that first."))
        if further
        else ALLOWED,
    )


def may_join(person: Person | None) -> Decision:
    """Whether somebody's account joins proposals at all."""
    return has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN)


def _has_no_part(person: Person | None, *proposals: Proposal) -> Decision:
    own = person is not None and person.id in {proposal.author_id for proposal in proposals}
    return all_of(
        may_join(person),
        Decision(_("Somebody else decides about what you wrote.")) if own else ALLOWED,
    )


def _is_other(proposal: Proposal, into: Proposal) -> Decision:
    if proposal.id == into.id:
        return Decision(_("A proposal cannot be joined to itself."))
    if proposal.process_id != into.process_id:
        return Decision(_("Both proposals must belong to the same process."))
    return ALLOWED

"""Who may join proposals that ask for the same, and take them apart again."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Proposal
from deliberate.permissions.decision import YES, Answer, first_no, has_role
from deliberate.permissions.proposals.proposals import is_standing, is_unanswered
from deliberate.vocabulary import Role


def may_merge(person: Person | None, proposal: Proposal, into: Proposal) -> Answer:
    """Staff and moderators: an unanswered proposal into another one of its process."""
    return first_no(
        _has_no_part(person, proposal, into),
        is_standing(proposal),
        is_standing(into),
        _is_other(proposal, into),
        is_unanswered(proposal),
    )


def may_unmerge(person: Person | None, proposal: Proposal, into: Proposal) -> Answer:
    """Staff and moderators, as long as the target has not been joined to another one itself."""
    if proposal.merged_into_id is None:
        return Answer(_("This proposal is not joined to another one."))
    further = into.merged_into_id is not None
    return first_no(
        _has_no_part(person, proposal, into),
        Answer(_("Its target was joined to another proposal later: undo that first."))
        if further
        else YES,
    )


def may_join(person: Person | None) -> Answer:
    """Whether somebody's account joins proposals at all."""
    return has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN)


def _has_no_part(person: Person | None, *proposals: Proposal) -> Answer:
    own = person is not None and person.id in {proposal.author_id for proposal in proposals}
    return first_no(
        may_join(person),
        Answer(_("Somebody else decides about what you wrote.")) if own else YES,
    )


def _is_other(proposal: Proposal, into: Proposal) -> Answer:
    if proposal.id == into.id:
        return Answer(_("A proposal cannot be joined to itself."))
    if proposal.process_id != into.process_id:
        return Answer(_("Both proposals must belong to the same process."))
    return YES

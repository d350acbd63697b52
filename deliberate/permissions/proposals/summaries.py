"""Who may say a proposal in short, and who has to agree: its author and a moderator, each once."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Proposal, Summary
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.permissions.proposals.proposals import is_author, is_standing
from deliberate.vocabulary import Role


def may_summarise(person: Person | None, proposal: Proposal) -> Decision:
    """The author, or a moderator, while the proposal stands."""
    own = is_author(person, proposal)
    return all_of(
        own if own else has_role(person, Role.MODERATOR, Role.ADMIN), is_standing(proposal)
    )


def may_agree(person: Person | None, summary: Summary) -> Decision:
    """The other one: a moderator to the author's words, the author to a moderator's."""
    own = is_author(person, summary.proposal)
    if summary.agreed_at is not None:
        return Decision(_("This summary is agreed already."))
    if summary.is_by_author and own:
        return Decision(_("A moderator agrees to what you suggest."))
    if not summary.is_by_author and not own:
        return Decision(_("The author agrees to what a moderator suggests."))
    return all_of(
        ALLOWED if own else may_summarise(person, summary.proposal), is_standing(summary.proposal)
    )

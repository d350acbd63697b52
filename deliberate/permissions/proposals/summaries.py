"""Who may say a proposal in short, and who has to agree: its author and a moderator, each once."""

from flask_babel import lazy_gettext as _

from deliberate.models import Person, Proposal, Summary
from deliberate.permissions.decision import YES, Answer, first_no, has_role
from deliberate.permissions.proposals.proposals import is_author, is_standing
from deliberate.vocabulary import Role


def may_summarise(person: Person | None, proposal: Proposal) -> Answer:
    """The author, or a moderator, while the proposal stands."""
    own = is_author(person, proposal)
    return first_no(
        own if own else has_role(person, Role.MODERATOR, Role.ADMIN), is_standing(proposal)
    )


def may_agree(person: Person | None, summary: Summary) -> Answer:
    """The other one: a moderator to the author's words, the author to a moderator's."""
    own = is_author(person, summary.proposal)
    if summary.agreed_at is not None:
        return Answer(_("This summary is agreed already."))
    if summary.is_by_author and own:
        return Answer(_("A moderator agrees to what you suggest."))
    if not summary.is_by_author and not own:
        return Answer(_("The author agrees to what a moderator suggests."))
    return first_no(
        YES if own else may_summarise(person, summary.proposal), is_standing(summary.proposal)
    )

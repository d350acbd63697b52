"""Permissions on proposals: submit, revise, withdraw, support."""

from flask_babel import lazy_gettext as _

from deliberate.models import Comment, Draft, Person, Process, Proposal
from deliberate.permissions.decision import ALLOWED, Decision, all_of, is_signed_in, may_take_part
from deliberate.permissions.processes import is_open_for
from deliberate.queries.moderation.open_items import is_asked
from deliberate.vocabulary import Switch


def is_standing(proposal: Proposal) -> Decision:
    """Whether the proposal is neither withdrawn nor hidden."""
    if proposal.is_open:
        return ALLOWED
    if proposal.merged_into_id is not None:
        return Decision(_("This proposal was joined to another one; go on there."))
    if proposal.is_held and proposal.withdrawn_at is None:
        return Decision(
            _("This proposal is held for a while; it takes part when it is shown again.")
        )
    return Decision(_("This proposal was taken back or hidden; its thread stays readable."))


def is_open_to(proposal: Proposal, switch: Switch) -> Decision:
    """Whether a proposal takes this from anybody: it stands and its process's phase allows it."""
    return all_of(is_standing(proposal), is_open_for(proposal.process, switch))


def may_submit(person: Person | None, process: Process) -> Decision:
    """Whether somebody may publish a proposal in a process."""
    return all_of(may_take_part(person), is_open_for(process, Switch.PROPOSE))


def may_revise(person: Person | None, proposal: Proposal) -> Decision:
    """The author, while the phase allows it and no response is published.

    Whoever was asked by a moderator may in any phase, and while a rule holds the text.
    """
    asked = is_asked(proposal)
    return all_of(
        is_author(person, proposal),
        may_take_part(person),
        ALLOWED if asked and proposal.is_held else is_standing(proposal),
        is_unanswered(proposal),
        ALLOWED if asked else is_open_for(proposal.process, Switch.REVISE),
    )


def may_withdraw(person: Person | None, proposal: Proposal) -> Decision:
    """The author, as long as it stands or waits, and has no final response."""
    stands = ALLOWED if proposal.is_held else is_standing(proposal)
    return all_of(is_author(person, proposal), stands, is_unanswered(proposal))


def is_author(person: Person | None, thing: Proposal | Comment) -> Decision:
    """Whether somebody wrote the thing."""
    if person is None or thing.author_id is None or thing.author_id != person.id:
        return Decision(_("Only its author may do this."))
    return is_signed_in(person)


def is_own(person: Person | None, draft: Draft) -> Decision:
    """Whether a draft is somebody's own."""
    if person is None or draft.person_id != person.id:
        return Decision(_("Only its author may do this."))
    return is_signed_in(person)


def is_unanswered(proposal: Proposal) -> Decision:
    """Whether no response that ends the matter is published."""
    if proposal.answered_at is None:
        return ALLOWED
    return Decision(_("An official response is published, so the text stays as it was answered."))


def may_support(person: Person | None, proposal: Proposal) -> Decision:
    """Any account but the author's, while the phase allows support."""
    own = person is not None and proposal.author_id == person.id
    return all_of(
        may_take_part(person),
        Decision(_("You cannot support your own proposal.")) if own else ALLOWED,
        is_open_to(proposal, Switch.SUPPORT),
    )

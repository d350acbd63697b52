"""Permissions on proposals: submit, revise, withdraw, support."""

from datetime import datetime

from flask_babel import lazy_gettext as _

from deliberate.models import (
    Comment,
    Draft,
    Person,
    Process,
    Proposal,
    UnitContribution,
    is_written_by,
)
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    is_not_limited,
    is_signed_in,
    may_take_part,
    not_yours,
)
from deliberate.permissions.processes import is_open_for
from deliberate.queries.moderation.open_items import is_edit_requested
from deliberate.vocabulary import PhaseSwitch


def is_active(proposal: Proposal) -> Decision:
    """Return whether the proposal is neither withdrawn, hidden nor merged."""
    if proposal.is_active:
        return ALLOWED
    if proposal.merged_into_id is not None:
        return Decision(_("This proposal was merged into another one. Continue there."))
    if proposal.is_held and proposal.withdrawn_at is None:
        return Decision(
            _("This proposal is held at present. It is open again when the hold ends."),
            possible_from=proposal.held_until,
            place=proposal.process,
        )
    return Decision(_("This proposal was withdrawn or hidden. Its thread stays readable."))


def is_open_to(proposal: Proposal, switch: PhaseSwitch) -> Decision:
    """Return whether a proposal is active and the phase of its process allows an action."""
    return all_of(is_active(proposal), is_open_for(proposal.process, switch))


def is_offered(proposal: Proposal, switch: PhaseSwitch, limited_until: datetime | None) -> Decision:
    """Return whether a page offers an act to a reader, whose account may be limited.

    Who is signed out is offered it too, and signs in after writing.
    """
    return all_of(is_open_to(proposal, switch), is_not_limited(limited_until))


def may_submit(person: Person | None, process: Process) -> Decision:
    """Return whether a person may publish a proposal in a process."""
    return all_of(may_take_part(person), is_open_for(process, PhaseSwitch.PROPOSE))


def may_revise(person: Person | None, proposal: Proposal) -> Decision:
    """Allow the author, while the phase allows it and no final response is published.

    If a moderator requested an edit, any phase will do, also while a rule holds the text.
    """
    if not (decision := all_of(is_author(person, proposal), is_unanswered(proposal))):
        return decision  # without the queries below
    edit_requested = is_edit_requested(proposal)
    return all_of(
        may_take_part(person),
        ALLOWED if edit_requested and proposal.is_held else is_active(proposal),
        ALLOWED if edit_requested else is_open_for(proposal.process, PhaseSwitch.REVISE),
    )


def may_withdraw(person: Person | None, proposal: Proposal) -> Decision:
    """Allow the author, while it is active or held and has no final response.

    Several authors decide together: one of them requests it.
    """
    status = ALLOWED if proposal.is_held else is_active(proposal)
    return all_of(is_author(person, proposal), status, is_unanswered(proposal))


def is_author(person: Person | None, content: Proposal | Comment | UnitContribution) -> Decision:
    """Return whether a person wrote a text, alone or with others."""
    if not is_written_by(content, person):
        return not_yours(_("Only the author may do this."))
    return is_signed_in(person)


def is_draft_author(person: Person | None, draft: Draft) -> Decision:
    """Return whether a draft belongs to a person."""
    if person is None or draft.person_id != person.id:
        return not_yours(_("Only the author may do this."))
    return is_signed_in(person)


def is_unanswered(proposal: Proposal) -> Decision:
    """Return whether no final response is published."""
    if proposal.answered_at is None:
        return ALLOWED
    return Decision(
        _("An official response has been published, so the text can no longer be changed.")
    )


def may_support(person: Person | None, proposal: Proposal) -> Decision:
    """Allow any account but those of the authors, while the phase allows support."""
    is_own = is_written_by(proposal, person)
    return all_of(
        may_take_part(person),
        not_yours(_("You cannot support your own proposal.")) if is_own else ALLOWED,
        is_open_to(proposal, PhaseSwitch.SUPPORT),
    )

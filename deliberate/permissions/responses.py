"""Permissions on cases, official responses and commitments."""

from flask_babel import lazy_gettext as _

from deliberate.models import Commitment, Person, Proposal
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, is_signed_in
from deliberate.permissions.processes import is_open_for
from deliberate.permissions.proposals.proposals import is_standing, is_unanswered
from deliberate.queries.responses.response_owner import answering_ids, concerned_ids
from deliberate.vocabulary import ResponseDecision, Role, Switch


def may_answer(person: Person | None, proposal: Proposal) -> Decision:
    """Staff of the institution that is asked; while nobody is, of one that takes part."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in answering_ids(proposal):
        return Decision(_("Another institution is asked for this response."))
    return all_of(is_standing(proposal), is_open_for(proposal.process, Switch.RESPOND))


def may_read_case(person: Person | None, proposal: Proposal) -> Decision:
    """Staff of the institutions concerned and of the coordinating one; notes are theirs alone."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if coordinates(person) or person.institution_id in concerned_ids(proposal):
        return ALLOWED
    return Decision(_("Another institution is asked for this response."))


def coordinates(person: Person | None) -> Decision:
    """Staff of the coordinating institution, who see every desk."""
    office = person.institution if person is not None and person.role == Role.STAFF else None
    if office is not None and office.is_coordinator:
        return ALLOWED
    return Decision(_("Only the coordinating institution may do this."))


def is_owed(proposal: Proposal) -> Decision:
    """Whether an answer is owed and not yet given."""
    if proposal.qualified_at is None:
        return Decision(_("No response is owed on this proposal yet."))
    return all_of(is_standing(proposal), is_unanswered(proposal))


def may_judge(person: Person | None) -> Decision:
    """Any resident's account."""
    return all_of(is_signed_in(person), has_role(person, Role.RESIDENT))


def may_move(person: Person | None, commitment: Commitment) -> Decision:
    """Staff of the institution that promised or that answered, while the promise is open."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in {commitment.institution_id, commitment.response.institution_id}:
        return Decision(_("Another institution made this commitment."))
    if not commitment.is_open:
        return Decision(_("This commitment is already fulfilled or dropped."))
    return ALLOWED


def is_final(decision: str) -> bool:
    """Whether a decision answers the proposal; "needs study" is an interim word."""
    return decision not in {ResponseDecision.NEEDS_STUDY, ResponseDecision.NOT_OURS}

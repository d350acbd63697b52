"""Permissions on cases, official responses and commitments."""

from flask_babel import lazy_gettext as _

from deliberate.models import Commitment, Person, Proposal
from deliberate.permissions.decision import YES, Answer, first_no, has_role, is_signed_in
from deliberate.permissions.processes import is_open_for
from deliberate.permissions.proposals.proposals import is_standing, is_unanswered
from deliberate.queries.responses.response_owner import answering_ids, concerned_ids
from deliberate.vocabulary import Decision, Role, Switch


def may_answer(person: Person | None, proposal: Proposal) -> Answer:
    """Staff of the institution that is asked; while nobody is, of one that takes part."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in answering_ids(proposal):
        return Answer(_("Another institution is asked for this response."))
    return first_no(is_standing(proposal), is_open_for(proposal.process, Switch.RESPOND))


def may_read_case(person: Person | None, proposal: Proposal) -> Answer:
    """Staff of the institutions concerned and of the coordinating one; notes are theirs alone."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if coordinates(person) or person.institution_id in concerned_ids(proposal):
        return YES
    return Answer(_("Another institution is asked for this response."))


def coordinates(person: Person | None) -> Answer:
    """Staff of the coordinating institution, who see every desk."""
    office = person.institution if person is not None and person.role == Role.STAFF else None
    if office is not None and office.is_coordinator:
        return YES
    return Answer(_("Only the coordinating institution may do this."))


def is_owed(proposal: Proposal) -> Answer:
    """Whether an answer is owed and not yet given."""
    if proposal.qualified_at is None:
        return Answer(_("No response is owed on this proposal yet."))
    return first_no(is_standing(proposal), is_unanswered(proposal))


def may_judge(person: Person | None) -> Answer:
    """Any resident's account."""
    return first_no(is_signed_in(person), has_role(person, Role.RESIDENT))


def may_move(person: Person | None, commitment: Commitment) -> Answer:
    """Staff of the institution that promised or that answered, while the promise is open."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in {commitment.institution_id, commitment.response.institution_id}:
        return Answer(_("Another institution made this commitment."))
    if not commitment.is_open:
        return Answer(_("This commitment is already fulfilled or dropped."))
    return YES


def is_final(decision: str) -> bool:
    """Whether a decision answers the proposal; "needs study" is an interim word."""
    return decision not in {Decision.NEEDS_STUDY, Decision.NOT_OURS}

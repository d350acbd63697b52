"""Permissions on cases, referrals, official responses and commitments."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import (
    Case,
    Commitment,
    Institution,
    Person,
    Process,
    Proposal,
    Referral,
    ResponseDraft,
)
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.permissions.processes import is_open_for, may_set_up
from deliberate.permissions.proposals.proposals import is_active, is_author
from deliberate.queries.responses.desk import list_staff
from deliberate.queries.responses.response_owner import (
    concerned_institution_ids,
    pending_referral,
    responding_institution_ids,
)
from deliberate.vocabulary import PhaseSwitch, Role


def may_respond(person: Person | None, proposal: Proposal) -> Decision:
    """Allow staff of the responsible institution; before one is set, staff of the process.

    A response that is owed, and a new version of one, can be published in every phase and after
    the process has closed; only an unsolicited response depends on the phase.
    """
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in responding_institution_ids(proposal):
        return not_yours(_("Another institution is responsible for this response."))
    is_unsolicited = proposal.qualified_at is None and proposal.answered_at is None
    phase = is_open_for(proposal.process, PhaseSwitch.RESPOND) if is_unsolicited else ALLOWED
    return all_of(is_signed_in(person), is_active(proposal), phase)


def may_read_case(person: Person | None, proposal: Proposal) -> Decision:
    """Allow staff of the coordinating institution and of the institutions concerned."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if is_coordinator(person) or person.institution_id in concerned_institution_ids(proposal):
        return ALLOWED
    return not_yours(_("Another institution is responsible for this response."))


def is_coordinator(person: Person | None) -> Decision:
    """Allow staff of the coordinating institution."""
    is_staff = person is not None and person.role == Role.STAFF
    institution = person.institution if person is not None and is_staff else None
    if institution is not None and institution.is_coordinator:
        return ALLOWED
    return not_yours(_("Only the coordinating institution may do this."))


def may_clarify_mandates(person: Person | None) -> Decision:
    """Allow administrators and staff of the coordinating institution."""
    return ALLOWED if may_set_up(person) else is_coordinator(person)


def has_part_in(person: Person | None, process: Process) -> Decision:
    """Allow all but staff of institutions without a part in the process."""
    if person is None or person.role != Role.STAFF:
        return ALLOWED
    institution_ids = {member.institution_id for member in process.institutions}
    if not institution_ids or person.institution_id in institution_ids or is_coordinator(person):
        return ALLOWED
    return not_yours(_("Your institution has no part in this process."))


def is_response_owed(proposal: Proposal) -> Decision:
    """Allow acts on a proposal whose response is owed and not published yet."""
    if proposal.qualified_at is None:
        return Decision(_("No response is owed on this proposal yet."))
    if proposal.answered_at is not None:
        return Decision(_("The official response to this proposal is published."))
    return is_active(proposal)


def may_take_case(officer: Person, proposal: Proposal, case: Case | None) -> Decision:
    """Allow the responsible institution to start work on an owed case, or to take it over."""
    is_own = case is not None and case.started_at is not None and case.assignee_id == officer.id
    return all_of(
        may_respond(officer, proposal),
        is_response_owed(proposal),
        Decision(_("You already work on this case.")) if is_own else ALLOWED,
    )


def may_pause_clock(officer: Person, proposal: Proposal, case: Case | None) -> Decision:
    """Allow the responsible institution to pause the deadline once, before it has passed."""
    is_overdue = proposal.due_at is None or proposal.due_at <= now()
    return all_of(
        may_respond(officer, proposal),
        is_response_owed(proposal),
        Decision(_("The deadline was already paused once; there is no second pause."))
        if case is not None and case.paused_at is not None
        else ALLOWED,
        Decision(_("The response is overdue: the deadline can no longer be paused."))
        if is_overdue
        else ALLOWED,
    )


def may_resume_clock(person: Person, proposal: Proposal, case: Case | None) -> Decision:
    """Allow the author and the responsible institution to end the pause of the deadline."""
    return all_of(
        is_author(person, proposal) or may_respond(person, proposal),
        is_response_owed(proposal),
        ALLOWED
        if case is not None and case.is_paused(now())
        else Decision(_("The deadline is not paused.")),
    )


def may_refer(officer: Person, proposal: Proposal, case: Case | None) -> Decision:
    """Allow the responsible and the coordinating institution, unless a referral is pending."""
    pending = pending_referral(case)
    return all_of(
        may_respond(officer, proposal) or is_coordinator(officer),
        is_response_owed(proposal),
        Decision(
            _("A referral of this proposal is waiting to be accepted."),
            possible_from=pending.accept_by,
            place=proposal.process,
        )
        if pending is not None and pending.state_at(now()) == "offered"
        else ALLOWED,
    )


def may_request_check(officer: Person, draft: ResponseDraft) -> Decision:
    """Allow the responsible institution to have a colleague check a revision of a draft, once."""
    colleagues = {person.id for person in list_staff(draft.institution_id)} - {officer.id}
    return all_of(
        may_respond(officer, draft.proposal),
        Decision(_("This response is already checked."))
        if draft.checked_revision == draft.revision
        else ALLOWED,
        Decision(_("Your colleagues were already asked to check this."))
        if draft.check_requested_at is not None
        else ALLOWED,
        ALLOWED
        if colleagues
        else Decision(_("No other account of your institution could check this.")),
    )


def may_accept_referral(officer: Person, referral: Referral) -> Decision:
    """Allow staff of the receiving institution while the referral is pending."""
    if not (decision := has_role(officer, Role.STAFF)):
        return decision
    if officer.institution_id != referral.to_id:
        return not_yours(_("This referral is for another institution."))
    if referral.state_at(now()) != "offered":
        return Decision(_("This referral was accepted, declined or not accepted in time."))
    return is_response_owed(referral.proposal)


def may_judge(person: Person | None) -> Decision:
    """Allow residents to judge responses and their outcome."""
    return all_of(is_signed_in(person), has_role(person, Role.RESIDENT))


def may_update_commitment(person: Person | None, commitment: Commitment) -> Decision:
    """Allow staff of the committed or the responding institution while the commitment is open."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in {commitment.institution_id, commitment.response.institution_id}:
        return not_yours(_("Another institution made this commitment."))
    if not commitment.is_open:
        return Decision(_("This commitment is already fulfilled or dropped."))
    return ALLOWED


def may_manage_offices(person: Person | None, institution: Institution) -> Decision:
    """Allow administrators, and staff of the institution itself."""
    decision = has_role(person, Role.ADMIN, Role.STAFF)
    if person is None or not decision or person.role == Role.ADMIN:
        return decision
    if person.institution_id != institution.id:
        return not_yours(_("Another institution manages these offices."))
    return ALLOWED

"""Operations on cases: assignment, notes, acknowledgement, the pause of the response clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Case, CaseNote, Comment, Person, Proposal, SettledQuestion
from deliberate.operations.notices.notices import notify_participants, notify_person
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    all_of,
    require,
)
from deliberate.permissions.proposals.proposals import is_author
from deliberate.permissions.responses import (
    is_coordinator,
    is_response_owed,
    may_pause_clock,
    may_read_case,
    may_respond,
    may_resume_clock,
    may_take_case,
)
from deliberate.queries.processes.working_days import (
    MAX_PAUSE_DAYS,
    deadline_after,
    shift_deadline,
    working_days_left,
)
from deliberate.queries.responses.response_owner import pending_referral, response_owner_id
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary.events.responses import (
    CaseAssigned,
    CaseNoted,
    CaseStarted,
    ClockPaused,
    ClockResumed,
    ProposalAcknowledged,
)
from deliberate.vocabulary.events.threads import QuestionSettled
from deliberate.vocabulary.notices import AcknowledgedNotice, AssignedNotice, ClockPausedNotice


def get_or_create_case(act: Act[...], proposal: Proposal) -> Case:
    """Return the case of a locked proposal, created by the first act on it."""
    case = act.session.scalar(select(Case).where(Case.proposal_id == proposal.id))
    if case is None:
        case = Case(proposal=proposal)
        act.session.add(case)
        act.session.flush()
    return case


def reassign_lapsed_referral(act: Act[...], proposal: Proposal) -> None:
    """Store the coordinating institution as responsible if a referral was not accepted in time."""
    case = get_or_create_case(act, proposal)
    referral = pending_referral(case)
    if referral is not None and referral.state_at(now()) == "bounced":
        proposal.institution_id = response_owner_id(proposal)
        case.pending_referral_id = None


def take_case(officer: Person, proposal: Proposal, *, context: RequestContext = NO_REQUEST) -> None:
    """Start to work on a case; the officer becomes its assignee."""
    with recorded(officer, CaseStarted, context) as act:
        case = get_or_create_case(act, act.lock(proposal))
        require(may_take_case(officer, proposal, case))
        reassign_lapsed_referral(act, proposal)
        case.assignee_id, case.started_at = officer.id, now()
        case.assigned_at = case.assigned_at or now()
        act.about(case)


def assign_case(
    officer: Person, proposal: Proposal, colleague: Person, *, context: RequestContext = NO_REQUEST
) -> None:
    """Assign a case to a colleague who works for the responsible institution."""
    with recorded(officer, CaseAssigned, context) as act:
        act.lock(proposal)
        decision = may_respond(officer, proposal) or is_coordinator(officer)
        require(all_of(decision, is_response_owed(proposal)))
        reassign_lapsed_referral(act, proposal)
        if not may_respond(act.lock(colleague), proposal):
            raise InvalidInput(_("This colleague does not work for the responsible institution."))
        case = get_or_create_case(act, proposal)
        case.assignee_id, case.assigned_at = colleague.id, now()
        act.about(case)
        if colleague.id != officer.id:
            notify_person(act, colleague, AssignedNotice(), proposal)


@dataclass(frozen=True)
class RefusedAssignment:
    """A proposal whose case was not assigned, with the reason."""

    proposal: Proposal
    reason: object


def assign_cases(
    officer: Person,
    proposals: Iterable[Proposal],
    colleague: Person,
    *,
    context: RequestContext = NO_REQUEST,
) -> list[RefusedAssignment]:
    """Assign cases to a colleague, each by an act of its own, and return those refused."""
    refusals = []
    for proposal in proposals:
        try:
            assign_case(officer, proposal, colleague, context=context.without_submission())
        except Refused as error:
            refusals.append(RefusedAssignment(proposal, error.reason))
    return refusals


def add_case_note(
    officer: Person, proposal: Proposal, body: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Add an internal note to a case; residents never see it."""
    with recorded(officer, CaseNoted, context) as act:
        require(may_read_case(officer, act.lock(proposal)))
        text = clean(body)
        if not text:
            raise InvalidInput(_("The note is empty."))
        case = get_or_create_case(act, proposal)
        act.session.add(CaseNote(case_id=case.id, author_id=officer.id, body=text))
        act.about(case)


def acknowledge_proposal(
    officer: Person, proposal: Proposal, *, context: RequestContext = NO_REQUEST
) -> None:
    """Acknowledge publicly, once, that the institution received a proposal."""
    with recorded(officer, ProposalAcknowledged, context) as act:
        require(all_of(may_respond(officer, act.lock(proposal)), is_response_owed(proposal)))
        reassign_lapsed_referral(act, proposal)
        case = get_or_create_case(act, proposal)
        if case.acknowledged_at is not None:
            raise Refused(_("This proposal was already acknowledged."))
        case.acknowledged_at = now()
        proposal.institution_id = proposal.institution_id or officer.institution_id
        act.about(proposal)
        notify_participants(act, proposal, AcknowledgedNotice())


def pause_clock(
    officer: Person,
    proposal: Proposal,
    question: str,
    days: int = MAX_PAUSE_DAYS,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Ask the author a question and pause the response clock, once and for some working days."""
    with recorded(officer, ClockPaused, context) as act:
        case = get_or_create_case(act, act.lock(proposal))
        require(may_pause_clock(officer, proposal, case))
        reassign_lapsed_referral(act, proposal)
        text = clean(question)
        _require_valid_pause(text, days)
        case.paused_at, case.pause_question = now(), text
        case.pause_ends_at = deadline_after(proposal.process, now(), days)
        proposal.due_at = _shifted_due_at(proposal, days)
        act.about(proposal, reason="question")
        notify_participants(act, proposal, ClockPausedNotice())


def _require_valid_pause(question: str, days: int) -> None:
    if not question:
        raise InvalidInput(_("Write the question to the author: it is shown as the reason."))
    if not 1 <= days <= MAX_PAUSE_DAYS:
        raise InvalidInput(_("A pause lasts between 1 and 10 working days."))


def resume_clock(
    person: Person, proposal: Proposal, *, context: RequestContext = NO_REQUEST
) -> None:
    """Resume the response clock, as the author or as the institution.

    The working days that were not used are deducted from the deadline.
    """
    with recorded(person, ClockResumed, context) as act:
        case = get_or_create_case(act, act.lock(proposal))
        require(may_resume_clock(person, proposal, case))
        unused_days = working_days_left(proposal.process, case.pause_ends_at or now())
        case.pause_ends_at = now()
        proposal.due_at = _shifted_due_at(proposal, -unused_days)
        act.about(proposal)


def _shifted_due_at(proposal: Proposal, days: int) -> datetime | None:
    return shift_deadline(proposal.process, proposal.due_at, days) if proposal.due_at else None


def settle_question(
    author: Person, comment: Comment, *, context: RequestContext = NO_REQUEST
) -> None:
    """Mark a question to the authority as answered, as its author."""
    with recorded(author, QuestionSettled, context) as act:
        require(is_author(author, act.lock(comment)))
        if not comment.is_question or act.session.get(SettledQuestion, comment.id) is not None:
            raise Refused(_("There is no open question here."))
        act.session.add(SettledQuestion(comment_id=comment.id))
        act.about(comment)

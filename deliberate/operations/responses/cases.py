"""The desk's side of a proposal: who works on it, notes, and the clock's one pause."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Case, CaseNote, Comment, Person, Proposal, SettledQuestion
from deliberate.operations.notices.notices import tell_people, tell_person
from deliberate.permissions.decision import Refused, all_of, require
from deliberate.permissions.proposals.proposals import is_author
from deliberate.permissions.responses import coordinates, is_owed, may_answer, may_read_case
from deliberate.queries.processes.working_days import (
    PAUSE_DAYS,
    due_after,
    moved,
    working_days_left,
)
from deliberate.queries.responses.response_owner import asked_id, open_referral
from deliberate.recording import Act, recorded
from deliberate.text import clean
from deliberate.vocabulary import Kind


def the_case(act: Act, proposal: Proposal) -> Case:
    """The case of a locked proposal; it begins here if nothing was done on it yet."""
    case = act.session.scalar(select(Case).where(Case.proposal_id == proposal.id))
    if case is None:
        case = Case(proposal=proposal)
        act.session.add(case)
        act.session.flush()
    return case


def settle_bounce(act: Act, proposal: Proposal) -> None:
    """Give the proposal to whom it came back, where nobody took a referral in time."""
    case = the_case(act, proposal)
    referral = open_referral(case)
    if referral is not None and referral.state_at(now()) == "bounced":
        proposal.institution_id = asked_id(proposal)
        case.referral_id = None


def take_case(officer: Person, proposal: Proposal) -> None:
    """Begin to work on a case; the officer becomes its assignee."""
    with recorded(officer, Kind.CASE_STARTED) as act:
        require(all_of(may_answer(officer, act.locked(proposal)), is_owed(proposal)))
        settle_bounce(act, proposal)
        case = the_case(act, proposal)
        if case.started_at is not None and case.assignee_id == officer.id:
            raise Refused(_("You work on this case already."))
        case.assignee_id, case.started_at = officer.id, now()
        case.assigned_at = case.assigned_at or now()
        act.about(case)


def assign_case(officer: Person, proposal: Proposal, colleague: Person) -> None:
    """Give a case to a colleague of the institution that is asked."""
    with recorded(officer, Kind.CASE_ASSIGNED) as act:
        act.locked(proposal)
        allowed = may_answer(officer, proposal) or coordinates(officer)
        require(all_of(allowed, is_owed(proposal)))
        settle_bounce(act, proposal)
        if not may_answer(act.locked(colleague), proposal):
            raise Refused(_("This colleague does not work for the institution that is asked."))
        case = the_case(act, proposal)
        case.assignee_id, case.assigned_at = colleague.id, now()
        act.about(case)
        if colleague.id != officer.id:
            tell_person(act, "desk.assigned", colleague, proposal)


def add_note(officer: Person, proposal: Proposal, body: str) -> None:
    """Leave a note for colleagues; residents never see it."""
    with recorded(officer, Kind.CASE_NOTED) as act:
        require(may_read_case(officer, act.locked(proposal)))
        written = clean(body)
        if not written:
            raise Refused(_("The note is empty."))
        case = the_case(act, proposal)
        act.session.add(CaseNote(case_id=case.id, author_id=officer.id, body=written))
        act.about(case)


def acknowledge(officer: Person, proposal: Proposal) -> None:
    """Say publicly that the institution has the proposal."""
    with recorded(officer, Kind.PROPOSAL_ACKNOWLEDGED) as act:
        require(all_of(may_answer(officer, act.locked(proposal)), is_owed(proposal)))
        settle_bounce(act, proposal)
        case = the_case(act, proposal)
        if case.acknowledged_at is not None:
            raise Refused(_("This proposal was acknowledged already."))
        case.acknowledged_at = now()
        proposal.institution_id = proposal.institution_id or officer.institution_id
        act.about(proposal)


def pause_clock(officer: Person, proposal: Proposal, question: str, days: int = PAUSE_DAYS) -> None:
    """Ask the author something; once a proposal, the clock waits at most ten working days."""
    with recorded(officer, Kind.CLOCK_PAUSED) as act:
        require(all_of(may_answer(officer, act.locked(proposal)), is_owed(proposal)))
        settle_bounce(act, proposal)
        case = the_case(act, proposal)
        asked = clean(question)
        _refuse_pause(case, proposal, asked, days)
        case.paused_at, case.pause_question = now(), asked
        case.pause_ends_at = due_after(proposal.process, now(), days)
        proposal.due_at = _later(proposal, days)
        act.about(proposal, reason="question")
        tell_people(act, "clock.paused", proposal)


def _refuse_pause(case: Case, proposal: Proposal, question: str, days: int) -> None:
    if case.paused_at is not None:
        raise Refused(_("The clock was paused once already; there is no second pause."))
    if not question:
        raise Refused(_("Write the question to the author: it is shown as the reason."))
    if not 1 <= days <= PAUSE_DAYS:
        raise Refused(_("A pause lasts between 1 and 10 working days."))
    if proposal.due_at is None or proposal.due_at <= now():
        raise Refused(_("The response is overdue: the clock can no longer be paused."))


def resume_clock(person: Person, proposal: Proposal) -> None:
    """Let the clock run again: by the author, who answered, or by the office that asked.

    The days not used are taken back from the deadline.
    """
    with recorded(person, Kind.CLOCK_RESUMED) as act:
        act.locked(proposal)
        require(is_author(person, proposal) or may_answer(person, proposal))
        case = the_case(act, proposal)
        if case.pause_ends_at is None or not case.is_paused(now()):
            raise Refused(_("The clock is not paused."))
        unused = working_days_left(proposal.process, case.pause_ends_at)
        case.pause_ends_at = now()
        proposal.due_at = _later(proposal, -unused)
        act.about(proposal)


def _later(proposal: Proposal, days: int) -> datetime | None:
    return moved(proposal.process, proposal.due_at, days) if proposal.due_at else None


def settle_question(author: Person, comment: Comment) -> None:
    """Say that one's question to the authority is answered; it leaves the desk's list."""
    with recorded(author, Kind.QUESTION_SETTLED) as act:
        require(is_author(author, act.locked(comment)))
        if not comment.is_question or act.session.get(SettledQuestion, comment.id) is not None:
            raise Refused(_("There is no open question here."))
        act.session.add(SettledQuestion(comment_id=comment.id))
        act.about(comment)

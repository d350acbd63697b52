"""Permissions on polls: open, vote, enter ballots, manage, suggest and decide on statements."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import OfficeBallot, Person, Poll, Process
from deliberate.permissions.accounts.office_entry import is_clerk_of
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.permissions.processes import is_open_for
from deliberate.permissions.responses import has_part_in
from deliberate.vocabulary import AccountClass, Electorate, PhaseSwitch, PollType, Role

SCRUTINEERS = {Role.EVALUATOR, Role.RESEARCHER}
"""The roles of the two who open a ballot box: neither belongs to an office or runs polls."""


def may_open_poll(person: Person | None, process: Process) -> Decision:
    """Allow those who may run polls of the process, in a phase with voting."""
    return all_of(_runs_polls(person, process), is_open_for(process, PhaseSwitch.VOTE))


def _runs_polls(person: Person | None, process: Process) -> Decision:
    """Allow moderators, administrators, and staff of an institution with a part in the process."""
    decision = has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN)
    return all_of(decision, has_part_in(person, process)) if decision else decision


def is_voting_open(poll: Poll) -> Decision:
    """Allow ballots between the opening and closing times of the poll."""
    moment = now()
    if moment < poll.opens_at:
        reason = _("This poll has not opened yet.")
        return Decision(reason, possible_from=poll.opens_at, place=poll.process)
    if poll.is_closed(moment):
        return Decision(_("This poll is closed. Your ballot was not counted."))
    return ALLOWED


def may_vote(person: Person | None, poll: Poll) -> Decision:
    """Allow entitled residents while the poll is open; the operation checks voting codes."""
    if person is None or not (decision := is_signed_in(person)):
        return is_signed_in(person)
    if person.role != Role.RESIDENT:
        return not_yours(_("Staff vote as residents, with a separate personal account."))
    if person.account_class != AccountClass.PERSON:
        return not_yours(_("Only people can vote. This account belongs to an organisation."))
    return all_of(decision, is_entitled(person, poll), is_voting_open(poll))


def is_entitled(person: Person, poll: Poll) -> Decision:
    """Allow residents that belong to the electorate of the poll, at any time."""
    if poll.electorate == Electorate.VERIFIED and person.verified_at is None:
        return not_yours(_("Only verified residents vote in this poll."))
    if poll.areas and person.area not in poll.areas:
        return not_yours(
            _("This poll is for residents of %(areas)s only.", areas=", ".join(poll.areas))
        )
    return ALLOWED


def may_enter_ballots(person: Person | None, poll: Poll) -> Decision:
    """Allow clerks of an institution of the process to enter ballots while the poll is open."""
    return all_of(is_clerk_of(person, poll.process), is_voting_open(poll))


def may_confirm_ballot(officer: Person | None, ballot: OfficeBallot) -> Decision:
    """Allow another clerk of the same institution, while the ballot waits and the poll is open."""
    if officer is None or not (decision := may_enter_ballots(officer, ballot.poll)):
        return may_enter_ballots(officer, ballot.poll)
    if officer.institution_id != ballot.institution_id:
        return not_yours(_("Another office is responsible for this."))
    if officer.id == ballot.entered_by_id:
        return not_yours(_("A colleague must confirm: one officer alone cannot cast a ballot."))
    return decision if ballot.is_pending else Decision(_("This ballot no longer waits."))


def may_object(voter: Person | None, ballot: OfficeBallot) -> Decision:
    """Allow the voter to object to a ballot entered in their name, while the poll is open."""
    if voter is None or ballot.person_id != voter.id:
        return not_yours(_("Only the voter may object."))
    if ballot.objected_at is not None:
        return Decision(_("You have already objected. The ballot is void."))
    if ballot.poll.is_closed(now()):
        return Decision(_("The poll is closed, so nobody can find this ballot any more."))
    return ALLOWED


def may_inspect_box(person: Person | None, other: Person | None, poll: Poll) -> Decision:
    """Allow two different people, an evaluator and a researcher, once the ballot box is closed."""
    if person is None or other is None or {person.role, other.role} != SCRUTINEERS:
        return not_yours(_("An evaluator and a researcher open a ballot box together."))
    if not poll.is_closed(now()):
        return Decision(_("The ballot box stays closed until the end of the poll."))
    if poll.box_root is None:
        return Decision(_("No hash of this ballot box was logged at the close."))
    return ALLOWED


def may_run_poll(person: Person | None, poll: Poll) -> Decision:
    """Allow a role to change a poll and to publish result and outcome, in any phase."""
    return _runs_polls(person, poll.process)


def may_suggest_statement(person: Person | None, poll: Poll) -> Decision:
    """Allow people who may vote to add a statement to a poll of statements."""
    return all_of(
        may_vote(person, poll),
        ALLOWED
        if poll.type == PollType.STATEMENTS
        else Decision(_("Statements can only be added to polls of statements.")),
    )


def may_decide_statement(person: Person | None, poll: Poll) -> Decision:
    """Allow moderators and administrators to decide on statements while the poll is open."""
    return all_of(has_role(person, Role.MODERATOR, Role.ADMIN), is_voting_open(poll))

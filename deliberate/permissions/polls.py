"""Permissions on polls: open, vote, enter ballots, manage, suggest and decide on statements."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Poll, Process
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
        return Decision(_("This poll has not opened yet."), possible_from=poll.opens_at)
    if poll.is_closed(moment):
        return Decision(_("This poll is closed. Your ballot was not counted."))
    return ALLOWED


def may_vote(person: Person | None, poll: Poll) -> Decision:
    """Allow entitled residents while the poll is open; the operation checks voting codes."""
    decision = all_of(is_voting_open(poll), is_signed_in(person))
    if person is None or not decision:
        return decision
    if person.role != Role.RESIDENT:
        return not_yours(_("Staff vote as residents, with a separate personal account."))
    if person.account_class != AccountClass.PERSON:
        return not_yours(_("Only people can vote. This account belongs to an organisation."))
    return is_entitled(person, poll)


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
    """Allow staff of an institution of the process to enter ballots while the poll is open."""
    return all_of(
        has_role(person, Role.STAFF, Role.ADMIN),
        has_part_in(person, poll.process),
        is_voting_open(poll),
    )


def may_run_poll(person: Person | None, poll: Poll) -> Decision:
    """Allow a role to change a poll and to publish result and outcome, in any phase."""
    return _runs_polls(person, poll.process)


def may_suggest_statement(person: Person | None, poll: Poll) -> Decision:
    """Allow people who may vote to add a statement to a poll of statements."""
    if poll.type != PollType.STATEMENTS:
        return Decision(_("Statements can only be added to polls of statements."))
    return may_vote(person, poll)


def may_decide_statement(person: Person | None, poll: Poll) -> Decision:
    """Allow moderators and administrators to decide on statements while the poll is open."""
    return all_of(has_role(person, Role.MODERATOR, Role.ADMIN), is_voting_open(poll))

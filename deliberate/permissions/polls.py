"""Permissions on polls: open, vote, enter ballots, suggest and review statements."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Poll, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, is_signed_in
from deliberate.permissions.processes import is_open_for
from deliberate.vocabulary import AccountClass, Electorate, PollType, Role, Switch


def may_open_poll(person: Person | None, process: Process) -> Decision:
    """Staff, moderators and administrators, in a phase with voting."""
    return all_of(
        has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN), is_open_for(process, Switch.VOTE)
    )


def is_voting_open(poll: Poll) -> Decision:
    """Whether the poll takes ballots now, by the server's clock."""
    moment = now()
    if moment < poll.opens_at:
        return Decision(_("This poll has not opened yet."))
    if poll.is_closed(moment):
        return Decision(_("This poll is closed; your ballot was not counted."))
    return ALLOWED


def may_vote(person: Person | None, poll: Poll) -> Decision:
    """A resident whom the poll is for, while it is open; a voting code is asked for in the act."""
    answer = all_of(is_voting_open(poll), is_signed_in(person))
    if person is None or not answer:
        return answer
    if person.role != Role.RESIDENT:
        return Decision(_("Staff vote with a second account of their own, as residents."))
    if person.account_class != AccountClass.PERSON:
        return Decision(_("People vote; this account stands for an organisation."))
    return is_entitled(person, poll)


def is_entitled(person: Person, poll: Poll) -> Decision:
    """Whether the poll is for this resident, whatever the time."""
    if poll.electorate == Electorate.VERIFIED and person.verified_at is None:
        return Decision(_("Only verified residents vote in this poll."))
    if poll.areas and person.area not in poll.areas:
        return Decision(
            _("This poll is for residents of %(areas)s only.", areas=", ".join(poll.areas))
        )
    return ALLOWED


def may_enter_ballots(person: Person | None, poll: Poll) -> Decision:
    """Staff at an office, on behalf of somebody, while the poll is open."""
    return all_of(has_role(person, Role.STAFF, Role.ADMIN), is_voting_open(poll))


def may_run_poll(person: Person | None, poll: Poll) -> Decision:
    """Staff, moderators and administrators: change, publish, say what came of it."""
    return may_open_poll(person, poll.process)


def may_suggest_statement(person: Person | None, poll: Poll) -> Decision:
    """Whoever may vote in a poll of statements."""
    if poll.type != PollType.STATEMENTS:
        return Decision(_("Statements are added to polls of statements only."))
    return may_vote(person, poll)


def may_decide_statement(person: Person | None, poll: Poll) -> Decision:
    """Moderators and administrators, while the poll is open."""
    return all_of(has_role(person, Role.MODERATOR, Role.ADMIN), is_voting_open(poll))

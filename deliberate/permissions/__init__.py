"""Who may do what, when: small predicates on a person and a thing, each with its reason."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Comment, Commitment, Draft, Person, Poll, Process, Proposal
from deliberate.permissions.answers import (
    YES,
    Answer,
    Refused,
    first_no,
    has_role,
    is_signed_in,
    may_take_part,
    require,
)
from deliberate.queries import duty
from deliberate.queries.matters import is_asked
from deliberate.vocabulary import AccountClass, Decision, Electorate, PollType, Role, Switch

__all__ = [
    "YES",
    "Answer",
    "Refused",
    "first_no",
    "has_role",
    "is_signed_in",
    "may_take_part",
    "require",
]
EDITING = timedelta(minutes=15)


def is_open_for(process: Process, switch: Switch, moment: datetime | None = None) -> Answer:
    """Whether the process's phase makes this possible at a moment (now by default)."""
    if process.allows(switch, moment or now()):
        return YES
    return Answer(_CLOSED[switch])


_CLOSED = {
    Switch.PROPOSE: _("This process does not take new proposals in its present phase."),
    Switch.REVISE: _("Proposals of this process cannot be changed in its present phase."),
    Switch.SUPPORT: _("Support is closed in the present phase of this process."),
    Switch.COMMENT: _("The discussion is closed in the present phase of this process."),
    Switch.VOTE: _("Voting is closed in the present phase of this process."),
    Switch.RESPOND: _("This process does not take responses in its present phase."),
}


def is_standing(proposal: Proposal) -> Answer:
    """Whether the proposal is neither withdrawn nor hidden."""
    if proposal.is_open:
        return YES
    if proposal.merged_into_id is not None:
        return Answer(_("This proposal was joined to another one; go on there."))
    if proposal.is_held and proposal.withdrawn_at is None:
        return Answer(_("This proposal is held for a while; it takes part when it is shown again."))
    return Answer(_("This proposal was taken back or hidden; its thread stays readable."))


def is_open_to(proposal: Proposal, switch: Switch) -> Answer:
    """Whether a proposal takes this from anybody: it stands and its process's phase allows it."""
    return first_no(is_standing(proposal), is_open_for(proposal.process, switch))


def may_submit(person: Person | None, process: Process) -> Answer:
    """Whether somebody may publish a proposal in a process."""
    return first_no(may_take_part(person), is_open_for(process, Switch.PROPOSE))


def may_revise(person: Person | None, proposal: Proposal) -> Answer:
    """The author, while the phase allows it and no response is published.

    Whoever was asked by a moderator may in any phase, and while a rule holds the text.
    """
    asked = is_asked(proposal)
    return first_no(
        is_author(person, proposal),
        may_take_part(person),
        YES if asked and proposal.is_held else is_standing(proposal),
        is_unanswered(proposal),
        YES if asked else is_open_for(proposal.process, Switch.REVISE),
    )


def may_withdraw(person: Person | None, proposal: Proposal) -> Answer:
    """The author, as long as it stands or waits, and has no final response."""
    stands = YES if proposal.is_held else is_standing(proposal)
    return first_no(is_author(person, proposal), stands, is_unanswered(proposal))


def is_author(person: Person | None, thing: Proposal | Comment) -> Answer:
    """Whether somebody wrote the thing."""
    if person is None or thing.author_id is None or thing.author_id != person.id:
        return Answer(_("Only its author may do this."))
    return is_signed_in(person)


def is_own(person: Person | None, draft: Draft) -> Answer:
    """Whether a draft is somebody's own."""
    if person is None or draft.person_id != person.id:
        return Answer(_("Only its author may do this."))
    return is_signed_in(person)


def is_unanswered(proposal: Proposal) -> Answer:
    """Whether no response that ends the matter is published."""
    if proposal.answered_at is None:
        return YES
    return Answer(_("An official response is published, so the text stays as it was answered."))


def may_support(person: Person | None, proposal: Proposal) -> Answer:
    """Any account but the author's, while the phase allows support."""
    own = person is not None and proposal.author_id == person.id
    return first_no(
        may_take_part(person),
        Answer(_("You cannot support your own proposal.")) if own else YES,
        is_open_to(proposal, Switch.SUPPORT),
    )


def may_comment(person: Person | None, proposal: Proposal) -> Answer:
    """Any account while the phase takes comments."""
    return first_no(may_take_part(person), is_open_to(proposal, Switch.COMMENT))


def may_edit(person: Person | None, comment: Comment) -> Answer:
    """The author, within fifteen minutes of posting, or whenever a moderator asks for it."""
    late = Answer(_("A comment can be edited for 15 minutes; add a correction instead."))
    asked = is_asked(comment)
    in_time = asked or now() - comment.posted_at <= EDITING
    return first_no(
        is_author(person, comment),
        may_take_part(person),
        YES if asked and comment.is_held else is_shown(comment),
        YES if in_time else late,
    )


def may_withdraw_comment(person: Person | None, comment: Comment) -> Answer:
    """The author, at any time, while it stands or waits."""
    return first_no(is_author(person, comment), YES if comment.is_held else is_shown(comment))


def is_shown(comment: Comment) -> Answer:
    """Whether the comment's text stands."""
    return YES if comment.stands else Answer(_("This comment was taken back or hidden."))


def may_rate(person: Person | None, comment: Comment) -> Answer:
    """Any account but the comment's author, while the phase takes comments."""
    own = person is not None and comment.author_id == person.id
    return first_no(
        may_take_part(person),
        Answer(_("You cannot weigh your own comment.")) if own else YES,
        is_shown(comment),
        is_open_for(comment.proposal.process, Switch.COMMENT),
    )


def may_open_poll(person: Person | None, process: Process) -> Answer:
    """Staff, moderators and administrators, in a phase with voting."""
    return first_no(
        has_role(person, Role.STAFF, Role.MODERATOR, Role.ADMIN), is_open_for(process, Switch.VOTE)
    )


def is_voting_open(poll: Poll) -> Answer:
    """Whether the poll takes ballots now, by the server's clock."""
    moment = now()
    if moment < poll.opens_at:
        return Answer(_("This poll has not opened yet."))
    if poll.is_closed(moment):
        return Answer(_("This poll is closed; your ballot was not counted."))
    return YES


def may_vote(person: Person | None, poll: Poll) -> Answer:
    """A resident whom the poll is for, while it is open; a voting code is asked for in the act."""
    answer = first_no(is_voting_open(poll), is_signed_in(person))
    if person is None or not answer:
        return answer
    if person.role != Role.RESIDENT:
        return Answer(_("Staff vote with a second account of their own, as residents."))
    if person.account_class != AccountClass.PERSON:
        return Answer(_("People vote; this account stands for an organisation."))
    return is_entitled(person, poll)


def is_entitled(person: Person, poll: Poll) -> Answer:
    """Whether the poll is for this resident, whatever the time."""
    if poll.electorate == Electorate.VERIFIED and person.verified_at is None:
        return Answer(_("Only verified residents vote in this poll."))
    if poll.areas and person.area not in poll.areas:
        return Answer(
            _("This poll is for residents of %(areas)s only.", areas=", ".join(poll.areas))
        )
    return YES


def may_enter_ballots(person: Person | None, poll: Poll) -> Answer:
    """Staff at an office, on behalf of somebody, while the poll is open."""
    return first_no(has_role(person, Role.STAFF, Role.ADMIN), is_voting_open(poll))


def may_run_poll(person: Person | None, poll: Poll) -> Answer:
    """Staff, moderators and administrators: change, publish, say what came of it."""
    return may_open_poll(person, poll.process)


def may_suggest_statement(person: Person | None, poll: Poll) -> Answer:
    """Whoever may vote in a poll of statements."""
    if poll.type != PollType.STATEMENTS:
        return Answer(_("Statements are added to polls of statements only."))
    return may_vote(person, poll)


def may_decide_statement(person: Person | None, poll: Poll) -> Answer:
    """Moderators and administrators, while the poll is open."""
    return first_no(has_role(person, Role.MODERATOR, Role.ADMIN), is_voting_open(poll))


def may_answer(person: Person | None, proposal: Proposal) -> Answer:
    """Staff of the institution that is asked; while nobody is, of one that takes part."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if person.institution_id not in duty.answering_ids(proposal):
        return Answer(_("Another institution is asked for this response."))
    return first_no(is_standing(proposal), is_open_for(proposal.process, Switch.RESPOND))


def may_read_case(person: Person | None, proposal: Proposal) -> Answer:
    """Staff of the institutions concerned and of the coordinating one; notes are theirs alone."""
    if person is None or person.role != Role.STAFF:
        return has_role(person, Role.STAFF)
    if coordinates(person) or person.institution_id in duty.concerned_ids(proposal):
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


def may_set_up(person: Person | None) -> Answer:
    """Administrators, who open processes and grant roles."""
    return has_role(person, Role.ADMIN)

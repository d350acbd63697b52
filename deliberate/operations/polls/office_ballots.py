"""Ballots that clerks enter at an office: with a signed slip, or confirmed by a second officer.

The voter is notified and can object until the close, which voids the ballot. The link between a
voter and a ballot that this needs is erased within minutes of the close.
"""

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select, text

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, OfficeAccount, OfficeBallot, Person, Poll, PollVoter
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.polls.ballots import (
    BallotReceipt,
    check_choice,
    free_voting_code,
    hash_code,
    new_code,
    redeem_voting_code,
    storable_choice,
    store_ballot,
)
from deliberate.permissions.accounts.office_entry import may_be_helped
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.polls import (
    may_confirm_ballot,
    may_enter_ballots,
    may_object,
    may_vote,
)
from deliberate.queries.polls.ballot_rules import Choice
from deliberate.queries.polls.office_ballots import (
    get_pending_ballot,
    is_slip_used,
    list_alerted_officers,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Electorate, Origin
from deliberate.vocabulary.events.polls import BallotCast, BallotHeld, BallotObjected
from deliberate.vocabulary.notices import (
    BallotEnteredNotice,
    BallotHeldNotice,
    BallotObjectedNotice,
    BallotToConfirmNotice,
)


class SlipRefused(InvalidInput):
    """The number of the signed slip is missing or used, or a slip is not enough for the voter."""


def enter_ballot(
    clerk: Person,
    poll: Poll,
    voter: Person | None,
    choice: Choice | None,
    slip_number: str,
    *,
    voting_code: str = "",
    context: RequestContext = NO_REQUEST,
) -> BallotReceipt:
    """Enter a ballot with the number of its signed slip; a person votes here or on the web.

    `choice` is None for a paper ballot that cannot be counted. Without an account (`voter` None) a
    voting code is required, and the clerk is the actor; the log names the clerk in both cases.
    """
    with recorded(voter or clerk, BallotCast, context, origin=Origin.DESK) as act:
        _require_entry(clerk, act.lock(poll), voter)
        _refuse_second_entry(poll, voter)
        _require_slip(act, clerk, poll, voter, clean_line(slip_number))
        code_key = redeem_voting_code(act, poll, voting_code)
        code = store_ballot(act, poll, voter, choice)
        act.institution_id = clerk.institution_id
        if voter is not None:
            entered = _entered(clerk, poll, voter, code, code_key)
            entered.slip_number = clean_line(slip_number)
            act.session.add(entered)
            notify_person(act, voter, BallotEnteredNotice(poll=poll.id))
        act.about(poll, clerk=clerk.actor_id)
    return BallotReceipt(code if poll.is_secret and choice is not None else "", act.id)


def hold_ballot(
    clerk: Person,
    poll: Poll,
    voter: Person,
    choice: Choice | None,
    *,
    voting_code: str = "",
    context: RequestContext = NO_REQUEST,
) -> BallotReceipt:
    """Enter a ballot without a slip; it is counted once a second officer confirms it."""
    with recorded(clerk, BallotHeld, context, origin=Origin.DESK) as act:
        _require_entry(clerk, act.lock(poll), voter)
        check_choice(poll, choice)
        _refuse_second_ballot(act, poll, voter)
        code_key, code = redeem_voting_code(act, poll, voting_code), new_code()
        entered = _entered(clerk, poll, voter, code, code_key)
        entered.choice = storable_choice(choice)
        act.session.add(entered)
        act.session.flush()
        _notify_of_held_ballot(act, entered)
        act.about(entered)
    return BallotReceipt(code if poll.is_secret and choice is not None else "", act.id)


def _notify_of_held_ballot(act: Act[...], entered: OfficeBallot) -> None:
    """Notify the voter, and the officers who may confirm the ballot."""
    notify_person(act, entered.person, BallotHeldNotice(poll=entered.poll.id))
    for officer in list_alerted_officers(entered):
        if may_confirm_ballot(officer, entered):
            notify_person(act, officer, BallotToConfirmNotice(poll=entered.poll.id))


def _require_entry(clerk: Person, poll: Poll, voter: Person | None) -> None:
    require(may_enter_ballots(clerk, poll))
    if voter is not None:
        require(may_be_helped(voter))
        require(may_vote(voter, poll))
    elif poll.electorate != Electorate.CODES:
        raise InvalidInput(_("Name the resident whose ballot this is."))


def _refuse_second_ballot(act: Act[...], poll: Poll, voter: Person) -> None:
    if act.session.get(PollVoter, (poll.id, voter.id)) is not None:
        raise Refused(_("This person has already voted in this poll."))
    _refuse_second_entry(poll, voter)


def _refuse_second_entry(poll: Poll, voter: Person | None) -> None:
    """Raise Refused while another ballot of the voter waits: only one of the two could count."""
    if voter is not None and get_pending_ballot(poll, voter) is not None:
        raise Refused(_("A ballot of this person already waits for a second officer."))


def _require_slip(
    act: Act[...], clerk: Person, poll: Poll, voter: Person | None, slip_number: str
) -> None:
    """Raise SlipRefused without a slip, for one used before, and for voters who cannot object."""
    if not slip_number:
        raise SlipRefused(_("Enter the number of the signed slip."))
    if is_slip_used(poll, clerk.institution_id or 0, slip_number):
        raise SlipRefused(
            _("A ballot with this slip number was already entered in this poll. Check the number.")
        )
    account = act.session.get(OfficeAccount, voter.id) if voter is not None else None
    if account is not None and account.claimed_at is None:
        raise SlipRefused(
            _(
                "Nobody has taken over this account yet, so its owner could not object. Leave the "
                "slip number empty: a colleague must confirm the ballot."
            )
        )


def _entered(clerk: Person, poll: Poll, voter: Person, code: str, code_key: str) -> OfficeBallot:
    return OfficeBallot(
        poll=poll,
        person=voter,
        institution_id=clerk.institution_id,
        entered_by=clerk,
        ballot_key=hash_code(code),
        code_key=code_key,
    )


def confirm_ballot(
    officer: Person, entered: OfficeBallot, *, context: RequestContext = NO_REQUEST
) -> None:
    """Confirm as the second officer that the voter was there; the ballot is then counted."""
    voter, poll = entered.person, entered.poll
    with recorded(voter or officer, BallotCast, context, origin=Origin.DESK) as act:
        act.lock(poll)
        require(may_confirm_ballot(officer, act.lock(entered)))
        require(may_vote(voter, poll))
        choice = None if entered.choice is None else [(o, n) for o, n in entered.choice]
        store_ballot(act, poll, voter, choice, entered.ballot_key)
        entered.confirmed_by_id, entered.confirmed_at = officer.id, now()
        entered.choice = None
        act.institution_id = officer.institution_id
        act.about(poll, clerk=entered.entered_by.actor_id)


def object_to_ballot(
    voter: Person, entered: OfficeBallot, *, context: RequestContext = NO_REQUEST
) -> None:
    """Void a ballot that was entered in one's name; other officers are notified."""
    with recorded(voter, BallotObjected, context) as act:
        poll = act.lock(entered.poll)
        require(may_object(voter, act.lock(entered)))
        is_counted = _remove_ballot(act, poll, voter, entered.ballot_key)
        free_voting_code(act, entered.code_key)
        entered.objected_at = now()
        _erase_link(entered)
        for officer in list_alerted_officers(entered):
            notify_person(act, officer, BallotObjectedNotice(poll=poll.id))
        act.about(entered, counted=is_counted, poll=poll.id)


def _remove_ballot(act: Act[...], poll: Poll, voter: Person, key: str) -> bool:
    """Take a ballot out of the box, so that its voter can vote; return whether it was there."""
    ballot = act.session.get(Ballot, key)
    if ballot is None:
        return False
    act.session.delete(ballot)
    voted = act.session.get(PollVoter, (poll.id, voter.id))
    if voted is not None:
        act.session.delete(voted)
    poll.ballot_count -= 1
    poll.ballot_version += 1
    return True


def _erase_link(entered: OfficeBallot) -> None:
    entered.ballot_key, entered.code_key, entered.choice = "", "", None


def _entries_of_closed_polls() -> Select[OfficeBallot]:
    return (
        select(OfficeBallot)
        .join(OfficeBallot.poll)
        .where(OfficeBallot.ballot_key != "", Poll.closes_at <= now())
    )


def erase_ballot_links() -> int:
    """Erase which ballot an entry belongs to once its poll is closed; return how many.

    On PostgreSQL the table is written anew, because an update leaves the old row in its file; it is
    locked first, so that no entry of another transaction is lost. Raises OperationalError if the
    lock is not free within two seconds.
    """
    closed = _entries_of_closed_polls()
    if db.session.scalar(closed.limit(1)) is None:
        return 0
    is_rewritten = db.engine.dialect.name == "postgresql"
    with unrecorded("the secrecy of ballots entered at offices") as session:
        for statement in _LOCK_STATEMENTS if is_rewritten else ():
            session.execute(text(statement))
        entries = session.scalars(closed.execution_options(populate_existing=True)).all()
        for entry in entries:
            _erase_link(entry)
        session.flush()
        for statement in _REWRITE_STATEMENTS if is_rewritten else ():
            session.execute(text(statement))
    return len(entries)


_LOCK_STATEMENTS = (
    "SET LOCAL lock_timeout = '2s'",
    "LOCK TABLE office_ballot IN ACCESS EXCLUSIVE MODE",
)
_REWRITE_STATEMENTS = (
    "CREATE TEMPORARY TABLE entered_rows ON COMMIT DROP AS SELECT * FROM office_ballot",
    "TRUNCATE office_ballot",
    "INSERT INTO office_ballot SELECT * FROM entered_rows ORDER BY id",
    "DROP TABLE entered_rows",
)

"""Cast, change and enter ballots."""

import hashlib
import secrets
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.models import Ballot, Option, Person, Poll, PollVoter, VotingCode
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.polls import may_vote
from deliberate.queries.polls.ballot_rules import Choice, find_ballot_error
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary import Electorate
from deliberate.vocabulary.events.polls import BallotCast, BallotChanged
from deliberate.vocabulary.notices import BallotReceiptNotice


class CodeRefused(Refused):
    """A voting code or ballot code is unknown in this poll or was used before."""


@dataclass(frozen=True)
class BallotReceipt:
    """The ballot code, empty in a public poll, and the id of the log entry."""

    ballot_code: str
    interaction_id: str


def cast_ballot(
    voter: Person,
    poll: Poll,
    choice: Choice | Option,
    *,
    voting_code: str = "",
    mail_receipt: bool = False,
    context: RequestContext = NO_REQUEST,
) -> BallotReceipt:
    """Cast a ballot, once a person; return its code, which is not stored.

    Voter and ballot share no key, order or time, and the log records that a person voted, not what.
    The receipt is mailed on request, the code never.
    """
    with recorded(voter, BallotCast, context) as act:
        require(may_vote(voter, act.lock(poll)))
        redeem_voting_code(act, poll, voting_code)
        code = store_ballot(act, poll, voter, _as_choice(choice))
        if mail_receipt:
            notify_person(act, voter, BallotReceiptNotice(entry=act.id, poll=poll.id))
        act.about(poll)
    return BallotReceipt(code if poll.is_secret else "", act.id)


def _as_choice(choice: Choice | Option) -> Choice:
    return [(choice.id, 1)] if isinstance(choice, Option) else choice


def redeem_voting_code(act: Act[...], poll: Poll, voting_code: str) -> str:
    """Use up a voting code where the poll needs one; return its key, else an empty string."""
    if poll.electorate != Electorate.CODES:
        return ""
    code = act.session.get(VotingCode, hash_code(voting_code), with_for_update=True)
    if code is None or code.poll_id != poll.id:
        raise CodeRefused(_("This code is not valid in this poll. Check every letter and number."))
    if code.is_used:
        raise CodeRefused(_("This voting code has already been used."))
    code.is_used = True
    return code.key


def free_voting_code(act: Act[...], key: str) -> None:
    """Let a voting code be used again; an empty key is of a poll without codes."""
    code = act.session.get(VotingCode, key, with_for_update=True) if key else None
    if code is not None:
        code.is_used = False


def store_ballot(
    act: Act[...], poll: Poll, voter: Person | None, choice: Choice | None, key: str = ""
) -> str:
    """Record that the voter has voted and store the ballot; return the ballot code.

    `key` is the hash of a code that the voter has already.
    """
    check_choice(poll, choice)
    if voter is not None:
        if act.session.get(PollVoter, (poll.id, voter.id)) is not None:
            raise Refused(_("You have already voted in this poll. Your ballot is counted."))
        act.session.add(PollVoter(poll_id=poll.id, person_id=voter.id))
    code = new_code()
    ballot = Ballot(key=key or hash_code(code), poll_id=poll.id, choice=storable_choice(choice))
    if poll.counts_areas and voter is not None:
        ballot.area = voter.area
    if not poll.is_secret and voter is not None:
        ballot.person_id = voter.id
    act.session.add(ballot)
    poll.ballot_count += 1
    poll.ballot_version += 1
    return code


def check_choice(poll: Poll, choice: Choice | None) -> None:
    """Raise InvalidInput for a choice that the rules of the poll do not allow."""
    if choice is not None and (error := find_ballot_error(poll, choice)):
        raise InvalidInput(error.reason)


def storable_choice(choice: Choice | None) -> list[list[int]] | None:
    """Return a choice sorted by option, so that storage does not reveal the order of choosing."""
    return None if choice is None else sorted([option, value] for option, value in choice)


def change_ballot(
    voter: Person,
    poll: Poll,
    code: str,
    choice: Choice | Option,
    *,
    context: RequestContext = NO_REQUEST,
) -> str:
    """Change a ballot until the poll closes, with its code or in a public poll as its voter.

    Returns the id of the log entry.
    """
    with recorded(voter, BallotChanged, context) as act:
        require(may_vote(voter, act.lock(poll)))
        ballot = _get_own_ballot(act, voter, poll, code)
        check_choice(poll, _as_choice(choice))
        ballot.choice = storable_choice(_as_choice(choice))
        poll.ballot_version += 1
        act.about(poll)
    return act.id


def _get_own_ballot(act: Act[...], voter: Person, poll: Poll, code: str) -> Ballot:
    if act.session.get(PollVoter, (poll.id, voter.id)) is None:
        raise Refused(_("You have not voted in this poll yet."))
    ballot = _find_ballot(act, voter, poll, code)
    if ballot is None or ballot.poll_id != poll.id:
        raise CodeRefused(_("No ballot of this poll has this code."))
    return ballot


def _find_ballot(act: Act[...], voter: Person, poll: Poll, code: str) -> Ballot | None:
    if poll.is_secret:
        return act.session.get(Ballot, hash_code(code))
    return act.session.scalar(
        select(Ballot).where(Ballot.poll_id == poll.id, Ballot.person_id == voter.id)
    )


_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, because codes are written by hand and read out on the telephone."""


def new_code(groups: int = 5) -> str:
    """Return a random code in groups of four characters, 20 bits each."""
    return "-".join("".join(secrets.choice(_CODE_LETTERS) for _ in range(4)) for _ in range(groups))


def hash_code(code: str) -> str:
    """Return the stored hash of a code, ignoring case, hyphens and spaces."""
    normalized = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(normalized.encode()).hexdigest()

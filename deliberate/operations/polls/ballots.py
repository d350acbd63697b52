"""Voting: casting a ballot, changing it by its code, entering one at an office."""

import hashlib
import secrets
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.models import Ballot, Option, Person, Poll, Roll, VotingCode
from deliberate.notifications.preferences import BALLOT_RECEIPT
from deliberate.operations.notices.notices import tell_person
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.polls import may_enter_ballots, may_vote
from deliberate.queries.polls.ballot_rules import Choice, fault_in
from deliberate.recording import Act, recorded
from deliberate.vocabulary import Electorate, Kind, Origin


class CodeRefused(Refused):
    """A voting code or ballot code that is none of this poll, or was used."""


@dataclass(frozen=True)
class BallotReceipt:
    """What a voter takes home: the ballot code (empty in a public poll) and the log's entry id."""

    ballot_code: str
    entry_id: str


def cast_ballot(
    voter: Person,
    poll: Poll,
    choice: Choice | Option,
    *,
    voting_code: str = "",
    mail_receipt: bool = False,
) -> BallotReceipt:
    """Vote, once a person. The ballot code is the only key to a secret ballot and kept nowhere.

    Roll and ballot share no key, no order and no time; the log holds that one voted, not what.
    The receipt is mailed if wished, the code never.
    """
    with recorded(voter, Kind.BALLOT_CAST) as act:
        require(may_vote(voter, act.locked(poll)))
        _use_code(act, poll, voting_code)
        code = _count(act, poll, voter, _pairs(choice))
        if mail_receipt:
            tell_person(act, BALLOT_RECEIPT, voter, entry=act.id, poll=poll.id)
        act.about(poll)
    return BallotReceipt(code if poll.is_secret else "", act.id)


def enter_ballot(
    clerk: Person,
    poll: Poll,
    voter: Person | None,
    choice: Choice | None,
    *,
    voting_code: str = "",
) -> BallotReceipt:
    """Enter somebody's ballot at an office; it can never count beside one cast on the web.

    `choice` None is a paper ballot that cannot be counted. Without an account (`voter` None) a
    voting code is needed, and the clerk is the actor. The row names the clerk either way.
    """
    with recorded(voter or clerk, Kind.BALLOT_CAST, origin=Origin.DESK) as act:
        require(may_enter_ballots(clerk, act.locked(poll)))
        act.institution_id = clerk.institution_id
        if voter is not None:
            require(may_vote(voter, poll))
        elif poll.electorate != Electorate.CODES:
            raise Refused(_("Name the resident whose ballot this is."))
        _use_code(act, poll, voting_code)
        code = _count(act, poll, voter, choice)
        act.about(poll, clerk=clerk.actor_id)
    return BallotReceipt(code if poll.is_secret and choice is not None else "", act.id)


def _pairs(choice: Choice | Option) -> Choice:
    return [(choice.id, 1)] if isinstance(choice, Option) else choice


def _use_code(act: Act, poll: Poll, voting_code: str) -> None:
    if poll.electorate != Electorate.CODES:
        return
    code = act.session.get(VotingCode, hash_code(voting_code), with_for_update=True)
    if code is None or code.poll_id != poll.id:
        raise CodeRefused(_("This is no voting code of this poll. Check every letter and number."))
    if code.is_used:
        raise CodeRefused(_("This voting code was used already; it counts once."))
    code.is_used = True


def _count(act: Act, poll: Poll, voter: Person | None, choice: Choice | None) -> str:
    """Put the voter on the roll and the ballot in the box; gives the ballot's code."""
    _refuse_fault(poll, choice)
    if voter is not None:
        if act.session.get(Roll, (poll.id, voter.id)) is not None:
            raise Refused(_("You have voted in this poll; your ballot is counted."))
        act.session.add(Roll(poll_id=poll.id, person_id=voter.id))
    code = new_code()
    ballot = Ballot(key=hash_code(code), poll_id=poll.id, choice=_stored(choice))
    if poll.counts_areas and voter is not None:
        ballot.area = voter.area
    if not poll.is_secret and voter is not None:
        ballot.person_id = voter.id
    act.session.add(ballot)
    poll.ballot_count += 1
    poll.ballot_version += 1
    return code


def _refuse_fault(poll: Poll, choice: Choice | None) -> None:
    if choice is not None and (fault := fault_in(poll, choice)):
        raise Refused(fault.reason)


def _stored(choice: Choice | None) -> list[list[int]] | None:
    """By option, so that what is kept does not tell in which order it was chosen."""
    return None if choice is None else sorted([option, value] for option, value in choice)


def change_ballot(voter: Person, poll: Poll, code: str, choice: Choice | Option) -> str:
    """Change a ballot until the poll closes: a secret one by its code, a public one as its voter.

    Gives the log's entry id.
    """
    with recorded(voter, Kind.BALLOT_CHANGED) as act:
        require(may_vote(voter, act.locked(poll)))
        if act.session.get(Roll, (poll.id, voter.id)) is None:
            raise Refused(_("You have not voted in this poll yet."))
        ballot = _ballot_of(act, voter, poll, code)
        if ballot is None or ballot.poll_id != poll.id:
            raise CodeRefused(_("No ballot of this poll has this code."))
        _refuse_fault(poll, _pairs(choice))
        ballot.choice = _stored(_pairs(choice))
        poll.ballot_version += 1
        act.about(poll)
    return act.id


def _ballot_of(act: Act, voter: Person, poll: Poll, code: str) -> Ballot | None:
    if poll.is_secret:
        return act.session.get(Ballot, hash_code(code))
    return act.session.scalar(
        select(Ballot).where(Ballot.poll_id == poll.id, Ballot.person_id == voter.id)
    )


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No I, O, 0 or 1: codes are written down by hand and read over the telephone."""


def new_code(groups: int = 5) -> str:
    """A random code in groups of four, twenty bits each."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))


def hash_code(code: str) -> str:
    """What is kept of a code: its hash, whatever the case and spacing it is typed with."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()

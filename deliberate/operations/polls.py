"""Opening a poll and voting in it."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Ballot, Option, Person, Poll, Process, Proposal, Roll
from deliberate.permissions import Refused, may_open_poll, may_vote, require
from deliberate.recording import recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import Kind, ResultRule


def open_poll(
    opener: Person,
    process: Process,
    question: str,
    options: Sequence[str],
    closes_at: datetime,
    *,
    proposal: Proposal | None = None,
    background: str = "",
    quorum: int = 0,
    with_pass: str = "",
) -> Poll:
    """Open a single-choice secret poll from now on; `with_pass` is the words for "not sure"."""
    with recorded(opener, Kind.POLL_OPENED) as act:
        require(may_open_poll(opener, act.locked(process)))
        if closes_at <= now():
            raise Refused(_("A poll closes later than now."))
        labels = [(clean_line(label), False) for label in options]
        if with_pass:
            labels.append((clean_line(with_pass), True))
        if len({label for label, _ in labels}) < max(2, len(labels)):
            raise Refused(_("A poll needs two different options at least."))
        poll = Poll(
            process=process,
            proposal=proposal,
            opened_by_id=opener.id,
            question=clean_line(question),
            background=clean(background),
            result_rule=ResultRule.AFTER_CLOSE,
            quorum=quorum,
            opens_at=now(),
            closes_at=closes_at,
            options=[
                Option(position=place, label=label, is_pass=is_pass)
                for place, (label, is_pass) in enumerate(labels)
            ],
        )
        act.session.add(poll)
        act.session.flush()
        act.about(poll, type=poll.type, secret=1, result_rule=poll.result_rule.value, quorum=quorum)
    return poll


def cast_ballot(voter: Person, poll: Poll, option: Option) -> str:
    """Vote, once a person. Gives the ballot code, the only key to the ballot, kept nowhere.

    Roll and ballot share no key, no order and no time; the log holds that one voted, not what.
    """
    code = secrets.token_urlsafe(12)
    with recorded(voter, Kind.BALLOT_CAST) as act:
        require(may_vote(voter, act.locked(poll)))
        if option.poll_id != poll.id:
            raise Refused(_("This option belongs to another poll."))
        if act.session.get(Roll, (poll.id, voter.id)) is not None:
            raise Refused(_("You have voted in this poll; your ballot is counted."))
        act.session.add(Roll(poll_id=poll.id, person_id=voter.id))
        act.session.add(Ballot(key=hash_code(code), poll_id=poll.id, option_id=option.id))
        poll.ballot_count += 1
        act.about(poll)
    return code


def change_ballot(voter: Person, poll: Poll, code: str, option: Option) -> None:
    """Change the ballot a code opens, until the poll closes."""
    with recorded(voter, Kind.BALLOT_CHANGED) as act:
        require(may_vote(voter, act.locked(poll)))
        ballot = act.session.get(Ballot, hash_code(code.strip()))
        if ballot is None or ballot.poll_id != poll.id or option.poll_id != poll.id:
            raise Refused(_("No ballot of this poll has this code."))
        ballot.option_id = option.id
        act.about(poll)


def hash_code(code: str) -> str:
    """What is kept of a ballot code: the ballot's key."""
    return hashlib.sha256(code.encode()).hexdigest()

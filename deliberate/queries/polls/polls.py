"""Polls as pages read them: what is asked, who votes, and the result once it may be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Ballot, Option, Person, Poll, Process, Roll
from deliberate.queries.polls.electorate import small_areas, smallest_group
from deliberate.queries.polls.tally import Question, Tally, count
from deliberate.vocabulary import OptionState

A_PAGE = 20


@dataclass(frozen=True)
class PollCard:
    """A poll as it stands in a list or on its proposal; `tally` is None until it may be seen."""

    poll: Poll
    state: str
    """coming, open or closed, by the dates alone."""
    tally: Tally | None

    @property
    def about_how_many(self) -> int:
        """Ballots so far: to the ten below while a secret poll is open.

        The exact number, read again and again, would tell the minute of every ballot.
        """
        exact = self.poll.ballot_count
        return exact - exact % 10 if self.poll.is_secret and self.state != "closed" else exact


def card(poll: Poll) -> PollCard:
    """The poll with its state and what may be seen of its result at this moment."""
    shown = tally_of(poll) if poll.shows_result(now()) else None
    return PollCard(poll, state_of(poll), shown)


def poll_numbered(number: int) -> Poll | None:
    """A poll with its options, or None."""
    return db.session.scalar(
        select(Poll)
        .where(Poll.id == number)
        .options(
            joinedload(Poll.process).selectinload(Process.phases),
            joinedload(Poll.proposal),
            selectinload(Poll.options),
        )
    )


def polls_of(proposal_id: int) -> list[PollCard]:
    """The polls of a proposal as cards, newest first."""
    query = select(Poll).where(Poll.proposal_id == proposal_id).order_by(Poll.id.desc())
    return _cards(query)


def polls_of_process(process_id: int) -> list[PollCard]:
    """The polls of a process that stand on none of its proposals, newest first."""
    query = (
        select(Poll)
        .where(Poll.process_id == process_id, Poll.proposal_id.is_(None))
        .order_by(Poll.id.desc())
    )
    return _cards(query)


def poll_page(state: str = "", after: int | None = None) -> tuple[list[PollCard], int | None]:
    """A page of polls, newest first, and the number after which the next one begins."""
    query = select(Poll).order_by(Poll.id.desc()).limit(A_PAGE + 1)
    query = query.options(joinedload(Poll.process), joinedload(Poll.proposal))
    if state == "open":
        query = query.where(Poll.opens_at <= now(), Poll.closes_at > now())
    if state == "closed":
        query = query.where(Poll.closes_at <= now())
    if after is not None:
        query = query.where(Poll.id < after)
    found = list(db.session.scalars(query).unique())
    more = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    return [PollCard(poll, state_of(poll), None) for poll in found[:A_PAGE]], more


def state_of(poll: Poll) -> str:
    """coming, open or closed."""
    if poll.is_open(now()):
        return "open"
    return "closed" if poll.is_closed(now()) else "coming"


def poll_without_outcome(process_id: int) -> str | None:
    """The question of a process's own poll of which nobody has said what came of it."""
    return db.session.scalar(
        select(Poll.question)
        .where(
            Poll.process_id == process_id,
            Poll.proposal_id.is_(None),
            Poll.source.is_(None),
            ~Poll.outcomes.any(),
        )
        .order_by(Poll.id)
        .limit(1)
    )


def has_voted(person: Person | None, poll: Poll) -> bool:
    """Whether somebody is on the roll of a poll."""
    if person is None:
        return False
    return db.session.get(Roll, (poll.id, person.id)) is not None


def _cards(query: Select[Poll]) -> list[PollCard]:
    found = db.session.scalars(query.options(joinedload(Poll.options))).unique()
    return [card(poll) for poll in found]


# --- the count -----------------------------------------------------------------------------------

_KEPT = 128
_tallies: dict[tuple[bytes, int], Tally] = {}
_guard = Lock()


def tally_of(poll: Poll) -> Tally:
    """The count of a poll's ballots as they are now; whether it may be seen is not asked here.

    Counts are remembered in the process, each under one state of the ballots, which salt and
    version name; so a closed poll is counted once.
    """
    state = (poll.salt, poll.ballot_version)
    with _guard:
        known = _tallies.get(state)
    if known is not None:
        return known
    tally = recounted(poll)
    with _guard:
        while len(_tallies) >= _KEPT:
            _tallies.pop(next(iter(_tallies)))
        _tallies[state] = tally
    return tally


def recounted(poll: Poll, area: str = "") -> Tally:
    """The count made anew from the stored ballots, of one area where one is named."""
    query = select(Ballot.choice).where(Ballot.poll_id == poll.id)
    if area:
        query = query.where(Ballot.area == area)
    stored = db.session.scalars(query.execution_options(yield_per=5000))
    return count(question_of(poll), (None if pairs is None else _marks(pairs) for pairs in stored))


def area_tallies(poll: Poll) -> dict[str, Tally]:
    """The count of each area, where the poll said so beforehand and every area is large enough.

    One area that is too small takes all away: the others would tell it by what is left over.
    """
    if not poll.counts_areas or not poll.shows_result(now()) or small_areas(poll.areas):
        return {}
    counts = {area: recounted(poll, area) for area in poll.areas}
    too_few = any(0 < tally.ballots < smallest_group() for tally in counts.values())
    return {} if too_few else counts


def _marks(pairs: Sequence[Sequence[int]]) -> dict[int, int]:
    return {pair[0]: pair[1] for pair in pairs}


def question_of(poll: Poll) -> Question:
    """What counting must know of a poll."""
    options: dict[int, Option] = {option.id: option for option in poll.options}
    asked = [
        option
        for option in poll.lot
        if options[option].state == OptionState.SHOWN and not options[option].is_pass
    ]
    return Question(
        type=poll.type,
        options=asked,
        passes=frozenset(option.id for option in poll.options if option.is_pass),
        counting=poll.counting,
        costs={option.id: option.cost for option in poll.options},
        amount=poll.amount,
        most_projects=poll.max_choices,
    )


# --- the box after the close ---------------------------------------------------------------------


def ballot_keys(poll: Poll, after: str = "", limit: int = 200) -> list[str]:
    """Hashes of the ballot codes that were counted, sorted, from after one on; no choices.

    Only once the poll is closed: a list that grows tells when each ballot came.
    """
    if not poll.is_closed(now()):
        return []
    query = select(Ballot.key).where(Ballot.poll_id == poll.id, Ballot.key > after)
    return list(db.session.scalars(query.order_by(Ballot.key).limit(limit)))


def is_counted(poll: Poll, key: str) -> bool:
    """Whether a ballot with this hash is in the box of a closed poll."""
    if not poll.is_closed(now()):
        return False
    query = select(Ballot.key).where(Ballot.poll_id == poll.id, Ballot.key == key)
    return db.session.scalar(query) is not None


def open_ballots(poll: Poll, after: str = "", limit: int = 50) -> list[Ballot]:
    """The ballots of a public poll with their voters, once its result may be seen."""
    if poll.is_secret or not poll.shows_result(now()):
        return []
    query = (
        select(Ballot)
        .where(Ballot.poll_id == poll.id, Ballot.key > after)
        .options(joinedload(Ballot.person))
    )
    return list(db.session.scalars(query.order_by(Ballot.key).limit(limit)))

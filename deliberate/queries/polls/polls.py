"""Polls for pages: one poll, lists of polls as cards, and the state of a poll."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Person, Poll, PollVoter, Process
from deliberate.queries.polls.results import get_public_tally
from deliberate.queries.polls.tally import Tally

PAGE_SIZE = 20
PollState = Literal["coming", "open", "closed"]


@dataclass(frozen=True)
class PollCard:
    """A poll in a list or on its proposal; `tally` is None while the result is not public."""

    poll: Poll
    state: PollState
    """The state by the dates of the poll alone."""
    tally: Tally | None

    @property
    def rounded_ballot_count(self) -> int:
        """Return the number of ballots, rounded down to tens while a secret poll is open.

        The exact number, read repeatedly, would reveal when each ballot was cast.
        """
        count = self.poll.ballot_count
        return count - count % 10 if self.poll.is_secret and self.state != "closed" else count


def poll_card(poll: Poll) -> PollCard:
    """Return a poll with its state, and with its tally if the result is public now."""
    tally = get_public_tally(poll) if poll.shows_result(now()) else None
    return PollCard(poll, poll_state(poll), tally)


def get_poll(poll_id: int) -> Poll | None:
    """Return a poll with its options, process and proposal, or None."""
    return db.session.scalar(
        select(Poll)
        .where(Poll.id == poll_id)
        .options(
            joinedload(Poll.process).selectinload(Process.phases),
            joinedload(Poll.proposal),
            selectinload(Poll.options),
        )
    )


def list_open_polls() -> Sequence[Poll]:
    """Return polls that accept ballots now, the next to close first."""
    moment = now()
    polls = select(Poll).where(Poll.opens_at <= moment, Poll.closes_at > moment)
    return db.session.scalars(polls.order_by(Poll.closes_at, Poll.id).limit(10)).unique().all()


def proposal_polls(proposal_id: int) -> list[PollCard]:
    """Return the polls of a proposal as cards, newest first."""
    polls = db.session.scalars(_proposal_polls(), {"proposal": proposal_id}).unique()
    return [poll_card(poll) for poll in polls]


@cache
def _proposal_polls() -> Select[Poll]:
    query = select(Poll).where(Poll.proposal_id == bindparam("proposal")).order_by(Poll.id.desc())
    return query.options(joinedload(Poll.options))


def poll_page(state: str = "", after: int | None = None) -> tuple[list[PollCard], int | None]:
    """Return a page of polls, newest first, and the id after which the next page begins."""
    query = select(Poll).order_by(Poll.id.desc()).limit(PAGE_SIZE + 1)
    query = query.options(joinedload(Poll.process), joinedload(Poll.proposal))
    if state == "open":
        query = query.where(Poll.opens_at <= now(), Poll.closes_at > now())
    if state == "closed":
        query = query.where(Poll.closes_at <= now())
    if after is not None:
        query = query.where(Poll.id < after)
    polls = list(db.session.scalars(query).unique())
    last_id = polls[PAGE_SIZE - 1].id if len(polls) > PAGE_SIZE else None
    return [PollCard(poll, poll_state(poll), None) for poll in polls[:PAGE_SIZE]], last_id


def poll_state(poll: Poll) -> PollState:
    """Return the state of a poll now, by its dates."""
    if poll.is_open(now()):
        return "open"
    return "closed" if poll.is_closed(now()) else "coming"


def poll_without_outcome(process_id: int) -> Poll | None:
    """Return a poll of a process that has no published outcome, or None."""
    return db.session.scalar(
        select(Poll)
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
    """Return whether a person has voted in a poll."""
    if person is None:
        return False
    return db.session.get(PollVoter, (poll.id, person.id)) is not None

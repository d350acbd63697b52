"""The ballots of a poll after its close: hashes of a secret poll, names of a public one."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Ballot, Poll
from deliberate.models.polls import ballot_box_root

HASHES_PAGE_SIZE = 200
NAMES_PAGE_SIZE = 50


def ballot_lines(poll_id: int) -> Select[*tuple[Any, ...]]:
    """Return the query for what the hash over the ballot box of a poll contains."""
    return select(Ballot.key, Ballot.choice, Ballot.area).where(Ballot.poll_id == poll_id)


def is_box_unchanged(poll: Poll) -> bool:
    """Return whether the ballots are those that were logged when the ballot box was closed."""
    ballots = db.session.execute(ballot_lines(poll.id)).all()
    return poll.box_root is None or ballot_box_root(poll, ballots) == poll.box_root


def ballot_keys(poll: Poll, after: str = "", limit: int = HASHES_PAGE_SIZE) -> list[str]:
    """Return a page of the hashes of counted ballot codes, sorted, without choices.

    The list is empty until the poll is closed, because a growing list would reveal when each ballot
    was cast.
    """
    if not poll.is_closed(now()):
        return []
    query = select(Ballot.key).where(Ballot.poll_id == poll.id, Ballot.key > after)
    return list(db.session.scalars(query.order_by(Ballot.key).limit(limit)))


def is_ballot_counted(poll: Poll, key: str) -> bool:
    """Return whether a closed poll has a ballot with this hash."""
    if not poll.is_closed(now()):
        return False
    query = select(Ballot.key).where(Ballot.poll_id == poll.id, Ballot.key == key)
    return db.session.scalar(query) is not None


def public_ballots(poll: Poll, after: str = "", limit: int = NAMES_PAGE_SIZE) -> list[Ballot]:
    """Return a page of the ballots of a public poll with voters, once its result is public."""
    if poll.is_secret or not poll.shows_result(now()):
        return []
    query = (
        select(Ballot)
        .where(Ballot.poll_id == poll.id, Ballot.key > after)
        .options(joinedload(Ballot.person))
    )
    return list(db.session.scalars(query.order_by(Ballot.key).limit(limit)))

"""The result of a poll: its tally, cached by the state of its ballots, and tallies by area."""

from collections.abc import Sequence
from threading import Lock

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Ballot, Option, Poll
from deliberate.queries.polls.electorate import min_group_size, small_areas
from deliberate.queries.polls.tally import Tally, TallyRules, tally_ballots, withhold_figures

CACHE_SIZE = 128
_tallies: dict[tuple[bytes, int], Tally] = {}
_tallies_lock = Lock()


def get_tally(poll: Poll) -> Tally:
    """Return the tally of a poll's ballots; the caller checks whether the result is public.

    Tallies are cached in the process by salt and ballot version, so a closed poll is counted once.
    """
    state = (poll.salt, poll.ballot_version)
    with _tallies_lock:
        cached = _tallies.get(state)
    if cached is not None:
        return cached
    tally = count_ballots(poll)
    _keep_tally(poll, tally)
    return tally


def get_public_tallies(polls: Sequence[Poll]) -> dict[int, Tally]:
    """Return what is published of several polls by id, with one query for all that are uncounted.

    Polls whose result is not shown yet have no entry.
    """
    shown = [poll for poll in polls if poll.shows_result(now())]
    with _tallies_lock:
        known = {poll.id for poll in shown if (poll.salt, poll.ballot_version) in _tallies}
    _count_together([poll for poll in shown if poll.id not in known])
    return {poll.id: published_part(poll, get_tally(poll)) for poll in shown}


def _count_together(polls: Sequence[Poll]) -> None:
    """Count the ballots of several polls with one query, and keep the tallies."""
    ballots: dict[int, list[dict[int, int] | None]] = {poll.id: [] for poll in polls}
    query = select(Ballot.poll_id, Ballot.choice).where(Ballot.poll_id.in_(ballots))
    for poll_id, pairs in db.session.execute(query) if polls else ():
        ballots[poll_id].append(None if pairs is None else _ballot_values(pairs))
    for poll in polls:
        _keep_tally(poll, tally_ballots(tally_rules(poll), ballots[poll.id]))


def _keep_tally(poll: Poll, tally: Tally) -> None:
    with _tallies_lock:
        while len(_tallies) >= CACHE_SIZE:
            _tallies.pop(next(iter(_tallies)))
        _tallies[poll.salt, poll.ballot_version] = tally


def get_public_tally(poll: Poll) -> Tally:
    """Return what is published of the tally; the caller checks whether the result is public."""
    return published_part(poll, get_tally(poll))


def published_part(poll: Poll, tally: Tally) -> Tally:
    """Return a tally; of a secret poll in which too few people voted, only what reveals no vote.

    With so few ballots the figures could show how somebody voted: all alike, or all but one's own.
    The figures of an imported poll were published by its source.
    """
    is_small = 0 < tally.ballots < min_group_size()
    if not is_small or not poll.is_secret or poll.source is not None:
        return tally
    return withhold_figures(tally, poll.type, min_group_size())


def count_ballots(poll: Poll, area: str = "") -> Tally:
    """Count the stored ballots without the cache, optionally those of one area."""
    query = select(Ballot.choice).where(Ballot.poll_id == poll.id)
    if area:
        query = query.where(Ballot.area == area)
    choices = db.session.scalars(query.execution_options(yield_per=5000))
    return tally_ballots(
        tally_rules(poll), (None if pairs is None else _ballot_values(pairs) for pairs in choices)
    )


def area_tallies(poll: Poll) -> dict[str, Tally]:
    """Return the tally of each area, if the poll counts areas and every area is large enough.

    If one area is too small no tally is returned, because it could be derived from the others.
    """
    if not poll.counts_areas or not poll.shows_result(now()) or small_areas(poll.areas):
        return {}
    if published_part(poll, get_tally(poll)).withheld_below:
        return {}
    counts = {area: count_ballots(poll, area) for area in poll.areas}
    too_few = any(0 < tally.ballots < min_group_size() for tally in counts.values())
    return {} if too_few else counts


def _ballot_values(pairs: Sequence[Sequence[int]]) -> dict[int, int]:
    return {pair[0]: pair[1] for pair in pairs}


def tally_rules(poll: Poll) -> TallyRules:
    """Return the rules of a poll that matter for its count."""
    options: dict[int, Option] = {option.id: option for option in poll.options}
    counted = [
        option
        for option in poll.lot_order
        if options[option].is_visible_to(None) and not options[option].is_pass
    ]
    return TallyRules(
        type=poll.type,
        options=counted,
        passes=frozenset(option.id for option in poll.options if option.is_pass),
        counting=poll.counting,
        costs={option.id: option.cost for option in poll.options},
        amount=poll.amount,
        max_projects=poll.max_choices,
    )

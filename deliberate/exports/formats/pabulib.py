"""Public polls as Pabulib files: rules, options with their costs, one ballot a line.

Only public polls with a visible result are written, with the ballots shown on their page, under
numbers drawn for this release. Polls of statements are in the format of Polis.
"""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from deliberate.clock import now
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.tables.polls_csv import sealed_polls
from deliberate.models import Ballot, Option, Poll, Process
from deliberate.queries.polls.counted_ballots import public_ballots
from deliberate.queries.polls.result_tables import counted_options, winning_options
from deliberate.queries.polls.results import count_ballots, published_part
from deliberate.queries.polls.tally import Tally
from deliberate.text import clean_line
from deliberate.vocabulary import PollType

VOTE_TYPES = {
    PollType.SINGLE: "choose-1",
    PollType.MULTIPLE: "approval",
    PollType.BUDGET: "approval",
    PollType.SCORE: "scoring",
    PollType.RANKED: "ordinal",
}
Cells = list[Any]


def write_pabulib(_workspace: DuckDBWorkspace, folder: Path, process: Process, size: int) -> int:
    """Write pabulib/<poll>.pb for each exportable poll and return the number of ballots."""
    (folder / "pabulib").mkdir()
    return sum(
        _write_poll(folder / "pabulib" / f"{poll.id}.pb", poll)
        for poll in sealed_polls(process, size)
        if _is_exportable(poll)
    )


def _is_exportable(poll: Poll) -> bool:
    is_public = poll.type in VOTE_TYPES and not poll.is_secret
    return is_public and poll.is_closed(now()) and poll.shows_result(now())


def _write_poll(path: Path, poll: Poll) -> int:
    tally = published_part(poll, count_ballots(poll))
    vote_type = _vote_type(poll)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerows(_meta(poll, tally, vote_type))
        writer.writerows(_projects(poll, tally))
        has_points = poll.type == PollType.SCORE
        writer.writerows([["VOTES"], ["voter_id", "vote", *(["points"] if has_points else [])]])
        ballots = 0
        for ballot in _ballots(poll):
            writer.writerow([ballots, *_vote(poll, ballot, has_points=has_points)])
            ballots += 1
    return ballots


def _vote_type(poll: Poll) -> str:
    """Return the type of ballot; an imported poll has that of its file."""
    imported = (poll.source or "").removeprefix("pabulib:")
    return "cumulative" if imported == "cumulative" else VOTE_TYPES[PollType(poll.type)]


def _meta(poll: Poll, tally: Tally, vote_type: str) -> Iterator[Cells]:
    zone = ZoneInfo(poll.process.timezone)
    last = (poll.closes_at - timedelta(seconds=1)).astimezone(zone)  # midnight ends the day before
    yield from [["META"], ["key", "value"]]
    yield ["description", clean_line(poll.question)]
    yield ["unit", current_app.config["SETTINGS"].brand_name]
    yield ["instance", last.year]
    yield ["num_projects", len(counted_options(poll))]
    yield ["num_votes", tally.ballots - tally.rejected]
    if poll.amount is not None:
        yield ["budget", poll.amount]
    yield ["vote_type", vote_type]
    if poll.type == PollType.BUDGET:
        yield ["rule", "greedy"]
    yield ["date_begin", poll.opens_at.astimezone(zone).strftime("%d.%m.%Y")]
    yield ["date_end", last.strftime("%d.%m.%Y")]
    if poll.language:
        yield ["language", poll.language]


def _projects(poll: Poll, tally: Tally) -> Iterator[Cells]:
    """Yield the section of the options: cost where the poll has costs, and their figures."""
    is_score, has_costs = poll.type == PollType.SCORE, poll.amount is not None
    yield ["PROJECTS"]
    yield ["project_id", "cost", "score" if is_score else "votes", "name", "selected"]
    winners = {option.id for option in winning_options(poll, tally)}
    for option in counted_options(poll):
        figure = _figure(poll, tally, option)
        cost = option.cost if has_costs or option.cost else ""
        yield [_name(option), cost, figure, clean_line(option.label), int(option.id in winners)]


def _figure(poll: Poll, tally: Tally, option: Option) -> int:
    """Return the points of an option, or on how many ballots it is."""
    if poll.type != PollType.RANKED:
        return tally.votes[option.id]
    return sum(tally.distribution[option.id])


def _name(option: Option) -> str:
    return option.source_id or str(option.position + 1)


def _ballots(poll: Poll) -> Iterator[Ballot]:
    """Yield the ballots that could be counted, in the order of their random keys."""
    last_key = ""
    while page := public_ballots(poll, last_key, 500):
        last_key = page[-1].key
        yield from (ballot for ballot in page if ballot.choice is not None)


def _vote(poll: Poll, ballot: Ballot, *, has_points: bool) -> Cells:
    """Return the options of a ballot, the first of a ranking first; none for "not sure"."""
    names = {option.id: _name(option) for option in counted_options(poll)}
    pairs = [(names[n], value) for n, value in ballot.choice or [] if n in names]
    if poll.type == PollType.RANKED:
        pairs.sort(key=lambda pair: pair[1])
    vote = ",".join(name for name, _value in pairs)
    return [vote, ",".join(str(value) for _name, value in pairs)] if has_points else [vote]

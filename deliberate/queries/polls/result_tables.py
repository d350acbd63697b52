"""The result of a poll as tables: the same rows for page, CSV and tally file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberate.models import Option, Poll
from deliberate.queries.polls.tally import Tally
from deliberate.vocabulary import CountingMethod, PollType

Figures = Sequence[int | None]


@dataclass(frozen=True)
class ResultTable:
    """A table of figures; a column is named by a code, a number or an option's label."""

    name: str
    columns: Sequence[str | int]
    rows: Sequence[tuple[str, Figures]]


def result_tables(poll: Poll, tally: Tally) -> list[ResultTable]:
    """Return everything that was counted and is published, the figures that decide first."""
    options = counted_options(poll)
    if tally.withheld_below:
        return []
    match poll.type:
        case PollType.RANKED:
            return _ranking_tables(poll, tally, options)
        case PollType.SCORE:
            scores = [(o.label, [tally.votes[o.id], *tally.distribution[o.id]]) for o in options]
            columns = ["points", *range(max(len(row) - 1 for _label, row in scores))]
            return [ResultTable("scores", columns, scores)]
        case PollType.BUDGET:
            funded = set(tally.funded)
            projects = [
                (o.label, [tally.votes[o.id], o.cost, int(o.id in funded)]) for o in options
            ]
            return [ResultTable("projects", ["votes", "cost", "funded"], projects)]
        case PollType.STATEMENTS:
            views = [(o.label, tally.distribution[o.id]) for o in options]
            return [ResultTable("statements", ["agree", "disagree", "pass"], views)]
    return [_votes_table("votes", tally, options)]


def counted_options(poll: Poll) -> list[Option]:
    """Return the options that are counted: all that can be voted for except "not sure"."""
    return [option for option in poll.shown_options if not option.is_pass]


def options_by_rank(poll: Poll, tally: Tally) -> list[list[Option]]:
    """Return the options of each place, tied options in the order of the poll."""
    options = {option.id: option for option in counted_options(poll)}
    return [
        sorted((options[option_id] for option_id in tied), key=lambda option: option.position)
        for tied in tally.ranking
    ]


def winning_options(poll: Poll, tally: Tally) -> list[Option]:
    """Return the options in first place, or the projects that are paid for."""
    winners = tally.funded or tally.winners
    return [option for option in counted_options(poll) if option.id in winners]


def _votes_table(name: str, tally: Tally, options: Sequence[Option]) -> ResultTable:
    return ResultTable(name, [name], [(o.label, [tally.votes[o.id]]) for o in options])


def _ranking_tables(poll: Poll, tally: Tally, options: Sequence[Option]) -> list[ResultTable]:
    ranks = list(range(1, len(options) + 1))
    tables = [ResultTable("ranks", ranks, [(o.label, tally.distribution[o.id]) for o in options])]
    if poll.counting == CountingMethod.BORDA:
        tables.insert(0, _votes_table("points", tally, options))
    if tally.rounds:
        tables.insert(0, _rounds_table(tally, options))
    tables.append(_pair_table("pairwise", tally.pairwise, options))
    if tally.paths:
        votes = {pair: max(strength[0], 0) for pair, strength in tally.paths.items()}
        tables.append(_pair_table("paths", votes, options))
    return tables


def _rounds_table(tally: Tally, options: Sequence[Option]) -> ResultTable:
    rows: list[tuple[str, Figures]] = [
        (o.label, [round_.votes.get(o.id) for round_ in tally.rounds]) for o in options
    ]
    rows.append(("exhausted", [round_.exhausted for round_ in tally.rounds]))
    return ResultTable("rounds", list(range(1, len(tally.rounds) + 1)), rows)


def _pair_table(
    name: str, figures: Mapping[tuple[int, int], int], options: Sequence[Option]
) -> ResultTable:
    rows = [
        (first.label, [figures.get((first.id, second.id)) for second in options])
        for first in options
    ]
    return ResultTable(name, [option.label for option in options], rows)

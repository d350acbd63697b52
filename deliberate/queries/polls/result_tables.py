"""A result as tables: the same rows for page, CSV and tally file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberate.models import Option, Poll
from deliberate.queries.polls.tally import Tally
from deliberate.vocabulary import Counting, OptionState, PollType

Figure = int | None
Pairs = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Table:
    """One table: its name, a head for each column (a code, a number, an option), and rows."""

    name: str
    heads: Sequence[str | int]
    rows: Sequence[tuple[str, Sequence[Figure]]]


def tables_of(poll: Poll, tally: Tally) -> list[Table]:
    """Everything that was counted, the figures that decide first."""
    options = asked(poll)
    if poll.type == PollType.RANKED:
        return _ranked(poll, tally, options)
    if poll.type == PollType.SCORE:
        heads = ["points", *range(6)]
        rows = [(o.label, [tally.votes[o.id], *tally.spread[o.id]]) for o in options]
        return [Table("scores", heads, rows)]
    if poll.type == PollType.BUDGET:
        funded = set(tally.funded)
        rows = [(o.label, [tally.votes[o.id], o.cost, int(o.id in funded)]) for o in options]
        return [Table("projects", ["votes", "cost", "funded"], rows)]
    if poll.type == PollType.STATEMENTS:
        views = [(o.label, tally.spread[o.id]) for o in options]
        return [Table("statements", ["agree", "disagree", "pass"], views)]
    return [Table("votes", ["votes"], [(o.label, [tally.votes[o.id]]) for o in options])]


def asked(poll: Poll) -> list[Option]:
    """The options that are counted: all that can be voted for but "not sure"."""
    return [o for o in poll.options if o.state == OptionState.SHOWN and not o.is_pass]


def by_result(poll: Poll, tally: Tally) -> list[list[Option]]:
    """The options place by place, those of one place together, as they stand in the list."""
    options = {option.id: option for option in asked(poll)}
    return [
        sorted((options[number] for number in place), key=lambda option: option.position)
        for place in tally.order
    ]


def _ranked(poll: Poll, tally: Tally, options: Sequence[Option]) -> list[Table]:
    ranks = range(1, len(options) + 1)
    tables = [Table("ranks", list(ranks), [(o.label, tally.spread[o.id]) for o in options])]
    if poll.counting == Counting.BORDA:
        points: list[tuple[str, Sequence[Figure]]] = [
            (o.label, [tally.votes[o.id]]) for o in options
        ]
        tables.insert(0, Table("points", ["points"], points))
    if tally.rounds:
        tables.insert(0, _rounds(tally, options))
    tables.append(_matrix("pairwise", tally.pairwise, options))
    if tally.paths:
        votes = {pair: max(strength[0], 0) for pair, strength in tally.paths.items()}
        tables.append(_matrix("paths", votes, options))
    return tables


def _rounds(tally: Tally, options: Sequence[Option]) -> Table:
    rows: list[tuple[str, Sequence[Figure]]] = [
        (o.label, [held.votes.get(o.id) for held in tally.rounds]) for o in options
    ]
    rows.append(("exhausted", [held.exhausted for held in tally.rounds]))
    return Table("rounds", list(range(1, len(tally.rounds) + 1)), rows)


def _matrix(name: str, pairs: Pairs, options: Sequence[Option]) -> Table:
    rows = [(one.label, [pairs.get((one.id, other.id)) for other in options]) for one in options]
    return Table(name, [option.label for option in options], rows)

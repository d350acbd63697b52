"""How ballots become a result: pure counting, the same for page, file and recount command.

Instant run-off, Borda and Schulze follow their authors; where a rule leaves a tie, the tie is
said, and only an elimination or a last place in a budget is drawn by the lot given with the poll.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deliberate.vocabulary import Counting, PollType

Marks = Mapping[int, int]
"""One ballot: what it says on each option it names."""
Order = tuple[tuple[int, ...], ...]
"""Places from the first on; a place shared is a tie."""
Strength = tuple[int, int]
"""Of a beatpath: votes for its weakest link, and minus the votes against it; below 0 is none."""


@dataclass(frozen=True)
class Round:
    """One round of an instant run-off: who stood where, who went out, what could not go on."""

    votes: Mapping[int, int]
    exhausted: int
    out: int | None
    by_lot: bool = False


@dataclass(frozen=True)
class Tally:
    """The whole count of a poll, from which every figure on its page is read."""

    ballots: int = 0
    rejected: int = 0
    passes: int = 0
    votes: Mapping[int, int] = field(default_factory=dict)
    """For each option: ballots that choose it, points, or first preferences."""
    order: Order = ()
    spread: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """For each option: ballots by rank 1…n, by score 0…5, or agree, disagree, pass."""
    rounds: tuple[Round, ...] = ()
    pairwise: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """How many rank the first of a pair above the second; the unranked stand below."""
    paths: Mapping[tuple[int, int], Strength] = field(default_factory=dict)
    """Strength of the strongest beatpath from the first of a pair to the second (Schulze)."""
    funded: tuple[int, ...] = ()
    spent: int = 0
    by_lot: tuple[int, ...] = ()
    """Options among which a lot decided."""

    @property
    def counted(self) -> int:
        """Ballots that say something on the options."""
        return self.ballots - self.rejected - self.passes

    @property
    def winners(self) -> tuple[int, ...]:
        """The first place: one option, or several that are tied; none without a ballot."""
        return self.order[0] if self.counted and self.order else ()


@dataclass(frozen=True)
class Question:
    """What counting must know of a poll: its options in the order of the lot, and its rules."""

    type: PollType
    options: Sequence[int]
    passes: frozenset[int] = frozenset()
    counting: Counting | None = None
    costs: Mapping[int, int] = field(default_factory=dict)
    amount: int | None = None
    most_projects: int | None = None


def count(question: Question, ballots: Iterable[Marks | None]) -> Tally:
    """The result of these ballots; None is one that could not be counted."""
    every = list(ballots)
    valid = [ballot for ballot in every if ballot is not None]
    said = [ballot for ballot in valid if not question.passes & set(ballot)]
    base = Tally(
        ballots=len(every),
        rejected=len(every) - len(valid),
        passes=len(valid) - len(said),
    )
    match question.type:
        case PollType.RANKED:
            return _ranked(question, said, base)
        case PollType.SCORE:
            return _scored(question, said, base)
        case PollType.BUDGET:
            return _budget(question, said, base)
        case PollType.STATEMENTS:
            return _views(question, said, base)
    votes = _named(question, said)
    return replace(base, votes=votes, order=places(votes))


def places(figures: Mapping[int, int]) -> Order:
    """Options by falling figure; equal figures share a place."""
    by_figure: dict[int, list[int]] = {}
    for option, figure in figures.items():
        by_figure.setdefault(figure, []).append(option)
    return tuple(tuple(by_figure[figure]) for figure in sorted(by_figure, reverse=True))


def _named(question: Question, ballots: Sequence[Marks]) -> dict[int, int]:
    found = Counter(option for ballot in ballots for option in ballot)
    return {option: found[option] for option in question.options}


def _scored(question: Question, ballots: Sequence[Marks], base: Tally) -> Tally:
    """The most points win; a score not given adds none."""
    spread = _spread(question, ballots, range(6))
    points = {
        option: sum(score * given for score, given in enumerate(spread[option]))
        for option in question.options
    }
    return replace(base, votes=points, order=places(points), spread=spread)


def _views(question: Question, ballots: Sequence[Marks], base: Tally) -> Tally:
    spread = _spread(question, ballots, (1, -1, 0))
    agreed = {option: spread[option][0] for option in question.options}
    return replace(base, votes=agreed, order=places(agreed), spread=spread)


def _spread(
    question: Question, ballots: Sequence[Marks], values: Iterable[int]
) -> dict[int, tuple[int, ...]]:
    given = Counter(pair for ballot in ballots for pair in ballot.items())
    steps = list(values)
    return {option: tuple(given[option, step] for step in steps) for option in question.options}


def _budget(question: Question, ballots: Sequence[Marks], base: Tally) -> Tally:
    """Projects by votes, each that still fits is funded (the greedy rule of most cities).

    Equal votes are taken in the order of the lot; `by_lot` names those it decided among.
    """
    votes = _named(question, ballots)
    funded: list[int] = []
    spent = 0
    drawn: list[int] = []
    for place in places(votes):
        fitting = [option for option in place if votes[option]]
        before = len(funded)
        for option in fitting:
            full = question.most_projects is not None and len(funded) >= question.most_projects
            dear = question.amount is not None and spent + question.costs[option] > question.amount
            if not full and not dear:
                funded.append(option)
                spent += question.costs[option]
        if len(fitting) > 1 and 0 < len(funded) - before < len(fitting):
            drawn.extend(fitting)
    return replace(
        base,
        votes=votes,
        order=places(votes),
        funded=tuple(funded),
        spent=spent,
        by_lot=tuple(drawn),
    )


# --- ranked --------------------------------------------------------------------------------------


def _ranked(question: Question, ballots: Sequence[Marks], base: Tally) -> Tally:
    ranks = range(1, len(question.options) + 1)
    spread = _spread(question, ballots, ranks)
    pairwise = pairs(question.options, ballots)
    first = {option: spread[option][0] for option in question.options}
    if question.counting == Counting.BORDA:
        points = borda(question.options, spread)
        return replace(base, votes=points, order=places(points), spread=spread, pairwise=pairwise)
    if question.counting == Counting.SCHULZE:
        paths = strongest_paths(question.options, pairwise)
        order = schulze_order(question.options, paths)
        return replace(
            base, votes=first, order=order, spread=spread, pairwise=pairwise, paths=paths
        )
    rounds, order = instant_runoff(question.options, ballots)
    return replace(base, votes=first, order=order, spread=spread, pairwise=pairwise, rounds=rounds)


def pairs(options: Sequence[int], ballots: Sequence[Marks]) -> dict[tuple[int, int], int]:
    """How many ballots rank one option above another; whoever is not ranked stands below all."""
    below = len(options) + 1
    found = Counter(
        (one, other)
        for ballot in ballots
        for one in ballot
        for other in options
        if one != other and ballot[one] < ballot.get(other, below)
    )
    return {(one, other): found[one, other] for one in options for other in options if one != other}


def borda(options: Sequence[int], spread: Mapping[int, tuple[int, ...]]) -> dict[int, int]:
    """With n options a first rank gives n-1 points, a last 0; an option not ranked gets none."""
    most = len(options) - 1
    return {
        option: sum((most - place) * given for place, given in enumerate(spread[option]))
        for option in options
    }


def strongest_paths(
    options: Sequence[int], pairwise: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], Strength]:
    """Strengths of the strongest beatpaths by winning votes (Schulze 2011, sections 2.1 and 2.3).

    A link counts by who prefers it, and of two equal ones the one that fewer oppose is stronger.
    """
    paths = {pair: _link(votes, pairwise[pair[::-1]]) for pair, votes in pairwise.items()}
    for through in options:
        for one in options:
            for other in options:
                if len({through, one, other}) == 3:
                    way = min(paths[one, through], paths[through, other])
                    paths[one, other] = max(paths[one, other], way)
    return paths


def _link(votes: int, against: int) -> Strength:
    if votes > against:
        return votes, -against
    return (0, 0) if votes == against else (-1, 0)


def schulze_order(options: Sequence[int], paths: Mapping[tuple[int, int], Strength]) -> Order:
    """Places by beatpaths: whoever no remaining option beats shares the next place."""
    left = list(options)
    order: list[tuple[int, ...]] = []
    while left:
        best = [
            one
            for one in left
            if all(paths[one, other] >= paths[other, one] for other in left if other != one)
        ]
        order.append(tuple(best))
        left = [option for option in left if option not in best]
    return tuple(order)


def instant_runoff(
    options: Sequence[int], ballots: Sequence[Marks]
) -> tuple[tuple[Round, ...], Order]:
    """Rounds until somebody holds more than half of the ballots that still name a standing option.

    The last goes out. Of several last ones goes out who had fewer votes in the latest earlier
    round that tells them apart, else the last of the lot (`options` come in its order). If all who
    stand are equal, they are tied and nobody is drawn.
    """
    rankings = [sorted(ballot, key=lambda option: ballot[option]) for ballot in ballots]
    standing = list(options)
    rounds: list[Round] = []
    gone: list[tuple[int, ...]] = []
    while True:
        tops = [next((o for o in ranking if o in standing), None) for ranking in rankings]
        votes = {option: tops.count(option) for option in standing}
        exhausted = tops.count(None)
        order = places(votes)
        if 2 * max(votes.values()) > len(ballots) - exhausted or len(order) == 1:
            rounds.append(Round(votes, exhausted, None))
            return tuple(rounds), (*order, *reversed(gone))
        out, by_lot = _last(list(order[-1]), rounds)
        rounds.append(Round(votes, exhausted, out, by_lot))
        standing.remove(out)
        gone.append((out,))


def _last(tied: list[int], rounds: Sequence[Round]) -> tuple[int, bool]:
    for earlier in reversed(rounds):
        fewest = min(earlier.votes[option] for option in tied)
        tied = [option for option in tied if earlier.votes[option] == fewest]
    return tied[-1], len(tied) > 1

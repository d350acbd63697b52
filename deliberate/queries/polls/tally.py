"""Count ballots: plurality, score, budget, instant run-off, Borda and Schulze, without a database.

Page, files and the recount command use the same functions. Where a method leaves a tie, the tie is
part of the result; only an elimination or the last funded project is decided by lot, in the order
drawn when the poll was opened.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deliberate.queries.polls.ballot_rules import HIGHEST_SCORE
from deliberate.vocabulary import CountingMethod, PollType

BallotValues = Mapping[int, int]
"""One ballot: the value of each option it names."""
Ranking = tuple[tuple[int, ...], ...]
"""Options by place, first place first; options that share a place are tied."""
Distribution = Mapping[int, tuple[int, ...]]
Pair = tuple[int, int]
PathStrength = tuple[int, int]
"""Of a beatpath: votes for its weakest link, and minus the votes against; below 0 there is none."""
FEWEST_WITH_WINNER = 5
"""With fewer ballots a voter for another option can know from the winner how all others voted."""


@dataclass(frozen=True)
class Round:
    """One round of an instant run-off."""

    votes: Mapping[int, int]
    exhausted: int
    """Ballots that name no remaining option."""
    eliminated: int | None
    by_lot: bool = False


@dataclass(frozen=True)
class Tally:
    """The complete count of a poll, from which every figure on its page is taken."""

    ballots: int = 0
    rejected: int = 0
    passes: int = 0
    votes: Mapping[int, int] = field(default_factory=dict)
    """For each option: ballots that choose it, points, or first preferences."""
    ranking: Ranking = ()
    distribution: Distribution = field(default_factory=dict)
    """For each option: ballots by rank 1…n, by score from 0, or agree, disagree, pass."""
    rounds: tuple[Round, ...] = ()
    pairwise: Mapping[Pair, int] = field(default_factory=dict)
    """Ballots that rank the first option of a pair above the second; unranked options are last."""
    paths: Mapping[Pair, PathStrength] = field(default_factory=dict)
    """Strength of the strongest beatpath from the first option of a pair to the second."""
    funded: tuple[int, ...] = ()
    spent: int = 0
    by_lot: tuple[int, ...] = ()
    """Options among which a lot decided."""
    withheld_below: int = 0
    """If not 0, fewer ballots than this were cast in secret; only ballots and winners are given."""

    @property
    def valid(self) -> int:
        """Return the number of ballots that could be counted, "not sure" included.

        It is the base of every share of ballots.
        """
        return self.ballots - self.rejected

    @property
    def counted(self) -> int:
        """Return the number of ballots that express a preference between the options."""
        return self.valid - self.passes

    @property
    def winners(self) -> tuple[int, ...]:
        """Return the options in first place; several if they are tied, none without a ballot."""
        return self.ranking[0] if self.counted and self.ranking else ()


@dataclass(frozen=True)
class TallyRules:
    """The rules of a poll that matter for its count; options are in the order of the lot."""

    type: PollType
    options: Sequence[int]
    passes: frozenset[int] = frozenset()
    counting: CountingMethod | None = None
    costs: Mapping[int, int] = field(default_factory=dict)
    amount: int | None = None
    max_projects: int | None = None


def tally_ballots(rules: TallyRules, ballots: Iterable[BallotValues | None]) -> Tally:
    """Return the result of the ballots; None is a ballot that could not be counted."""
    all_ballots = list(ballots)
    valid = [ballot for ballot in all_ballots if ballot is not None]
    expressive = [ballot for ballot in valid if not rules.passes & set(ballot)]
    base = Tally(
        ballots=len(all_ballots),
        rejected=len(all_ballots) - len(valid),
        passes=len(valid) - len(expressive),
    )
    match rules.type:
        case PollType.RANKED:
            return _ranked_tally(rules, expressive, base)
        case PollType.SCORE:
            return _score_tally(rules, expressive, base)
        case PollType.BUDGET:
            return _budget_tally(rules, expressive, base)
        case PollType.STATEMENTS:
            return _statement_tally(rules, expressive, base)
    votes = _count_choices(rules, expressive)
    return replace(base, votes=votes, ranking=rank_by_figure(votes))


def withhold_figures(tally: Tally, type_: PollType, fewest: int) -> Tally:
    """Return only the number of ballots and, where that reveals no vote, the winners.

    Whether winners are named depends on nothing that was voted: a winner that is left out because
    all agree would reveal to each voter what the others chose. What a budget pays for is several
    choices at once.
    """
    has_winner = type_ not in {PollType.STATEMENTS, PollType.BUDGET}
    is_named = has_winner and tally.ballots >= FEWEST_WITH_WINNER
    return Tally(
        ballots=tally.ballots,
        ranking=(tally.winners,) if is_named and tally.winners else (),
        withheld_below=fewest,
    )


def rank_by_figure(figures: Mapping[int, int]) -> Ranking:
    """Return options by falling figure; options with equal figures share a place."""
    by_figure: dict[int, list[int]] = {}
    for option, figure in figures.items():
        by_figure.setdefault(figure, []).append(option)
    return tuple(tuple(by_figure[figure]) for figure in sorted(by_figure, reverse=True))


def _count_choices(rules: TallyRules, ballots: Sequence[BallotValues]) -> dict[int, int]:
    counts = Counter(option for ballot in ballots for option in ballot)
    return {option: counts[option] for option in rules.options}


def _count_values(
    rules: TallyRules, ballots: Sequence[BallotValues], values: Iterable[int]
) -> dict[int, tuple[int, ...]]:
    counts = Counter(pair for ballot in ballots for pair in ballot.items())
    columns = list(values)
    return {option: tuple(counts[option, value] for value in columns) for option in rules.options}


def _score_tally(rules: TallyRules, ballots: Sequence[BallotValues], base: Tally) -> Tally:
    """Add up the scores; an option without a score on a ballot gets none from it.

    Ballots of an imported vote may give more points than the highest score of a vote held here.
    """
    highest = max((score for ballot in ballots for score in ballot.values()), default=0)
    distribution = _count_values(rules, ballots, range(max(highest, HIGHEST_SCORE) + 1))
    points = {
        option: sum(score * count for score, count in enumerate(distribution[option]))
        for option in rules.options
    }
    return replace(base, votes=points, ranking=rank_by_figure(points), distribution=distribution)


def _statement_tally(rules: TallyRules, ballots: Sequence[BallotValues], base: Tally) -> Tally:
    distribution = _count_values(rules, ballots, (1, -1, 0))
    agreed = {option: distribution[option][0] for option in rules.options}
    return replace(base, votes=agreed, ranking=rank_by_figure(agreed), distribution=distribution)


def _budget_tally(rules: TallyRules, ballots: Sequence[BallotValues], base: Tally) -> Tally:
    """Fund projects by votes, skipping those that no longer fit (greedy rule).

    Projects with equal votes are taken in the order of the lot; `by_lot` names the projects among
    which the lot decided.
    """
    votes = _count_choices(rules, ballots)
    ranking = rank_by_figure(votes)
    funded: list[int] = []
    spent = 0
    by_lot: list[int] = []
    for tied in ranking:
        candidates = [option for option in tied if votes[option]]
        funded_before = len(funded)
        for option in candidates:
            if _fits_budget(rules, len(funded) + 1, spent + rules.costs[option]):
                funded.append(option)
                spent += rules.costs[option]
        if len(candidates) > 1 and 0 < len(funded) - funded_before < len(candidates):
            by_lot.extend(candidates)
    return replace(
        base,
        votes=votes,
        ranking=ranking,
        funded=tuple(funded),
        spent=spent,
        by_lot=tuple(by_lot),
    )


def _fits_budget(rules: TallyRules, projects: int, cost: int) -> bool:
    """Return whether so many projects at a cost are within the number and the amount."""
    is_too_many = rules.max_projects is not None and projects > rules.max_projects
    return not is_too_many and (rules.amount is None or cost <= rules.amount)


def _ranked_tally(rules: TallyRules, ballots: Sequence[BallotValues], base: Tally) -> Tally:
    distribution = _count_values(rules, ballots, range(1, len(rules.options) + 1))
    pairwise = pairwise_preferences(rules.options, ballots)
    base = replace(base, distribution=distribution, pairwise=pairwise)
    if rules.counting == CountingMethod.BORDA:
        points = borda_points(rules.options, distribution)
        return replace(base, votes=points, ranking=rank_by_figure(points))
    first_preferences = {option: distribution[option][0] for option in rules.options}
    if rules.counting == CountingMethod.SCHULZE:
        paths = strongest_paths(rules.options, pairwise)
        ranking = schulze_ranking(rules.options, paths)
        return replace(base, votes=first_preferences, ranking=ranking, paths=paths)
    rounds, ranking = instant_runoff(rules.options, ballots)
    return replace(base, votes=first_preferences, ranking=ranking, rounds=rounds)


def pairwise_preferences(
    options: Sequence[int], ballots: Sequence[BallotValues]
) -> dict[Pair, int]:
    """Count the ballots that rank one option above another; unranked options are below all."""
    below_all = len(options) + 1
    counts = Counter(
        (preferred, other)
        for ballot in ballots
        for preferred in ballot
        for other in options
        if preferred != other and ballot[preferred] < ballot.get(other, below_all)
    )
    return {pair: counts[pair] for pair in _pairs(options)}


def _pairs(options: Sequence[int]) -> list[Pair]:
    return [(first, second) for first in options for second in options if first != second]


def borda_points(options: Sequence[int], distribution: Distribution) -> dict[int, int]:
    """Return Borda points: n-1 for a first rank of n, 0 for the last and for an unranked option."""
    max_points = len(options) - 1
    return {
        option: sum((max_points - rank) * count for rank, count in enumerate(distribution[option]))
        for option in options
    }


def strongest_paths(
    options: Sequence[int], pairwise: Mapping[Pair, int]
) -> dict[Pair, PathStrength]:
    """Return the strongest beatpaths by winning votes (Schulze 2011, sections 2.1 and 2.3).

    A link is as strong as the votes that prefer it; of two equal links the one with fewer votes
    against it is stronger.
    """
    paths = {pair: _link_strength(votes, pairwise[pair[::-1]]) for pair, votes in pairwise.items()}
    for middle in options:
        for start in options:
            for end in options:
                if len({middle, start, end}) == 3:
                    detour = min(paths[start, middle], paths[middle, end])
                    paths[start, end] = max(paths[start, end], detour)
    return paths


def _link_strength(votes: int, against: int) -> PathStrength:
    if votes > against:
        return votes, -against
    return (0, 0) if votes == against else (-1, 0)


def schulze_ranking(options: Sequence[int], paths: Mapping[Pair, PathStrength]) -> Ranking:
    """Return options by beatpaths: options that no remaining option beats share the next place."""
    remaining = list(options)
    ranking: list[tuple[int, ...]] = []
    while remaining:
        unbeaten = [
            option
            for option in remaining
            if all(
                paths[option, rival] >= paths[rival, option]
                for rival in remaining
                if rival != option
            )
        ]
        ranking.append(tuple(unbeaten))
        remaining = [option for option in remaining if option not in unbeaten]
    return tuple(ranking)


def instant_runoff(
    options: Sequence[int], ballots: Sequence[BallotValues]
) -> tuple[tuple[Round, ...], Ranking]:
    """Return the rounds of an instant run-off and the ranking.

    In each round the option with the fewest votes is eliminated, until an option has more than
    half of the ballots that name a remaining option. Of several options with the fewest votes, the
    one with fewer votes in the latest earlier round that separates them is eliminated, otherwise
    the last in the order of the lot (`options` are in that order). If all remaining options are
    equal, they are tied and no lot is drawn.
    """
    rankings = [sorted(ballot, key=lambda option: ballot[option]) for ballot in ballots]
    remaining = list(options)
    rounds: list[Round] = []
    eliminated: list[tuple[int, ...]] = []
    while True:
        tops = [next((o for o in ranking if o in remaining), None) for ranking in rankings]
        votes = {option: tops.count(option) for option in remaining}
        exhausted = tops.count(None)
        order = rank_by_figure(votes)
        if 2 * max(votes.values()) > len(ballots) - exhausted or len(order) == 1:
            rounds.append(Round(votes, exhausted, None))
            return tuple(rounds), (*order, *reversed(eliminated))
        option, by_lot = _choose_eliminated(list(order[-1]), rounds)
        rounds.append(Round(votes, exhausted, option, by_lot))
        remaining.remove(option)
        eliminated.append((option,))


def _choose_eliminated(tied: list[int], rounds: Sequence[Round]) -> tuple[int, bool]:
    """Return which of the last options is eliminated, and whether a lot decided."""
    for earlier in reversed(rounds):
        fewest = min(earlier.votes[option] for option in tied)
        tied = [option for option in tied if earlier.votes[option] == fewest]
    return tied[-1], len(tied) > 1

"""Test counting methods against published worked examples and independent libraries."""

import random

import pytest
from pyrankvote import Ballot, Candidate
from pyrankvote import instant_runoff_voting as pyrankvote_runoff
from schulze_condorcet import schulze_evaluate

from deliberate.queries.polls.tally import TallyRules, rank_by_figure, tally_ballots
from deliberate.vocabulary import CountingMethod, PollType

MEMPHIS, NASHVILLE, CHATTANOOGA, KNOXVILLE = 1, 2, 3, 4
TENNESSEE = (
    [(MEMPHIS, NASHVILLE, CHATTANOOGA, KNOXVILLE)] * 42
    + [(NASHVILLE, CHATTANOOGA, KNOXVILLE, MEMPHIS)] * 26
    + [(CHATTANOOGA, KNOXVILLE, NASHVILLE, MEMPHIS)] * 15
    + [(KNOXVILLE, CHATTANOOGA, NASHVILLE, MEMPHIS)] * 17
)
"""The capital of Tennessee: the worked example of Wikipedia's articles on instant-runoff voting
and the Borda count (42, 26, 15 and 17 percent of the voters)."""

A, B, C, D, E = 1, 2, 3, 4, 5
SCHULZE_45 = (
    [(A, C, B, E, D)] * 5
    + [(A, D, E, C, B)] * 5
    + [(B, E, D, A, C)] * 8
    + [(C, A, B, E, D)] * 3
    + [(C, A, E, B, D)] * 7
    + [(C, B, A, D, E)] * 2
    + [(D, C, E, B, A)] * 7
    + [(E, B, A, D, C)] * 8
)
"""Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
single-winner election method", example with 45 voters: the ranking is E > A > C > B > D."""


def ranked(counting, rankings, options=(1, 2, 3, 4)):
    marks = [{option: rank for rank, option in enumerate(r, start=1)} for r in rankings]
    return tally_ballots(TallyRules(PollType.RANKED, options, counting=counting), marks)


def test_instant_runoff_matches_the_tennessee_example():
    tally = ranked(CountingMethod.INSTANT_RUNOFF, TENNESSEE)
    assert [dict(held.votes) for held in tally.rounds] == [
        {MEMPHIS: 42, NASHVILLE: 26, CHATTANOOGA: 15, KNOXVILLE: 17},
        {MEMPHIS: 42, NASHVILLE: 26, KNOXVILLE: 32},
        {MEMPHIS: 42, KNOXVILLE: 58},
    ]
    assert tally.winners == (KNOXVILLE,)
    assert tally.ranking == ((KNOXVILLE,), (MEMPHIS,), (NASHVILLE,), (CHATTANOOGA,))


def test_borda_matches_the_tennessee_example():
    tally = ranked(CountingMethod.BORDA, TENNESSEE)
    assert tally.votes == {MEMPHIS: 126, NASHVILLE: 194, CHATTANOOGA: 173, KNOXVILLE: 107}
    assert tally.winners == (NASHVILLE,)


def test_schulze_matches_the_authors_example():
    tally = ranked(CountingMethod.SCHULZE, SCHULZE_45, (A, B, C, D, E))
    assert tally.pairwise[A, B] == 20 and tally.pairwise[E, D] == 31
    assert (tally.paths[A, B][0], tally.paths[B, A][0]) == (28, 25)
    assert (tally.paths[E, A][0], tally.paths[A, E][0]) == (25, 24)
    assert tally.ranking == ((E,), (A,), (C,), (B,), (D,))


def test_instant_runoff_counts_exhausted_ballots():
    tally = ranked(CountingMethod.INSTANT_RUNOFF, [(1,)] * 4 + [(2,)] * 3 + [(3,)] * 2, (1, 2, 3))
    assert [held.exhausted for held in tally.rounds] == [0, 2]
    assert tally.winners == (1,)


def test_tie_for_first_place_is_reported_without_a_lot():
    tally = ranked(CountingMethod.INSTANT_RUNOFF, [(1, 2), (2, 1)], (1, 2))
    assert tally.winners == (1, 2)
    assert ranked(CountingMethod.SCHULZE, [(1, 2), (2, 1)], (1, 2)).ranking == ((1, 2),)
    assert ranked(CountingMethod.BORDA, [(1, 2), (2, 1)], (1, 2)).winners == (1, 2)


def test_instant_runoff_breaks_ties_by_earlier_rounds():
    rankings = [(1,)] * 6 + [(2,)] * 4 + [(3,)] * 3 + [(4, 3)] + [(5,)] * 0
    tally = ranked(CountingMethod.INSTANT_RUNOFF, rankings, (2, 3, 1, 4))
    second = tally.rounds[1]
    assert (second.votes[2], second.votes[3]) == (4, 4)
    assert (second.eliminated, second.by_lot) == (3, False)


def test_instant_runoff_breaks_remaining_ties_by_lot():
    rankings = [(1,)] * 3 + [(2, 1)] * 2 + [(3, 1)] * 2
    first = ranked(CountingMethod.INSTANT_RUNOFF, rankings, (1, 2, 3)).rounds[0]
    other = ranked(CountingMethod.INSTANT_RUNOFF, rankings, (3, 2, 1)).rounds[0]
    assert (first.eliminated, other.eliminated) == (3, 2)
    assert first.by_lot and other.by_lot


def random_rankings(seed, options, voters):
    chance = random.Random(seed)
    return [tuple(chance.sample(options, chance.randint(1, len(options)))) for _ in range(voters)]


def without_ties(options, voters, wanted):
    """Yield profiles in which no round has several last options, because libraries break ties
    differently.
    """
    for seed in range(1000):
        rankings = random_rankings(seed, options, voters)
        tally = ranked(CountingMethod.INSTANT_RUNOFF, rankings, options)
        if all(len(rank_by_figure(held.votes)[-1]) == 1 for held in tally.rounds):
            yield rankings, tally
            wanted -= 1
        if not wanted:
            return


def test_instant_runoff_agrees_with_pyrankvote():
    options = [1, 2, 3, 4, 5]
    compared = 0
    for rankings, ours in without_ties(options, 173, wanted=25):
        candidates = {option: Candidate(str(option)) for option in options}
        theirs = pyrankvote_runoff(
            list(candidates.values()), [Ballot([candidates[o] for o in r]) for r in rankings]
        )
        assert [winner.name for winner in theirs.get_winners()] == [str(o) for o in ours.winners]
        for mine, other in zip(ours.rounds, theirs.rounds, strict=False):
            held = {int(r.candidate.name): r.number_of_votes for r in other.candidate_results}
            assert {o: held[o] for o in mine.votes} == dict(mine.votes)
            compared += 1
    assert compared > 50


@pytest.mark.parametrize("seed", range(25))
def test_schulze_agrees_with_schulze_condorcet(seed):
    """Compare the first place only: for lower places the library recounts without the winners."""
    options = [1, 2, 3, 4, 5]
    rankings = random_rankings(seed, options, 12 if seed % 2 else 151)
    votes = [
        ">".join(map(str, r)) + (">" + "=".join(map(str, rest)) if rest else "")
        for r in rankings
        for rest in [[o for o in options if o not in r]]
    ]
    theirs = schulze_evaluate(votes, tuple(map(str, options))).split(">")[0].split("=")
    assert set(ranked(CountingMethod.SCHULZE, rankings, options).winners) == {
        int(o) for o in theirs
    }


def test_score_tally_has_sums_and_distribution():
    question = TallyRules(PollType.SCORE, (1, 2), passes=frozenset({9}))
    tally = tally_ballots(question, [{1: 5, 2: 0}, {1: 2}, {2: 4}, {9: 1}, None])
    assert tally.votes == {1: 7, 2: 4} and tally.winners == (1,)
    assert tally.distribution[1] == (0, 0, 1, 0, 0, 1) and tally.distribution[2] == (
        1,
        0,
        0,
        0,
        1,
        0,
    )
    assert (tally.ballots, tally.passes, tally.rejected, tally.counted) == (5, 1, 1, 3)


def test_score_voting_matches_the_tennessee_example():
    """Wikipedia, "Score voting": Tennessee with scores 0 to 10, here halved and rounded."""
    question = TallyRules(PollType.SCORE, (MEMPHIS, NASHVILLE, CHATTANOOGA, KNOXVILLE))
    ballots = (
        [{MEMPHIS: 5, NASHVILLE: 2, CHATTANOOGA: 1, KNOXVILLE: 0}] * 42
        + [{MEMPHIS: 0, NASHVILLE: 5, CHATTANOOGA: 2, KNOXVILLE: 1}] * 26
        + [{MEMPHIS: 0, NASHVILLE: 3, CHATTANOOGA: 5, KNOXVILLE: 3}] * 15
        + [{MEMPHIS: 0, NASHVILLE: 2, CHATTANOOGA: 4, KNOXVILLE: 5}] * 17
    )
    assert tally_ballots(question, ballots).votes == {
        MEMPHIS: 210,
        NASHVILLE: 293,
        CHATTANOOGA: 237,
        KNOXVILLE: 156,
    }


def budget(ballots, costs, amount=None, most=None):
    question = TallyRules(
        PollType.BUDGET, tuple(costs), costs=costs, amount=amount, max_projects=most
    )
    return tally_ballots(question, [dict.fromkeys(ballot, 1) for ballot in ballots])


def test_budget_funds_the_most_voted_projects_that_fit():
    """Rey and Maly, "The (Computational) Social Choice Take on Indivisible Participatory
    Budgeting" (arXiv 2303.00621), greedy welfare rule: projects by approvals, one that does not
    fit is passed over and the next is tried."""
    tally = budget(
        [{1, 2}, {1, 2}, {1, 3}, {2, 4}, {1, 4}], {1: 60, 2: 50, 3: 20, 4: 30}, amount=100
    )
    assert tally.votes == {1: 4, 2: 3, 3: 1, 4: 2}
    assert (tally.funded, tally.spent, tally.by_lot) == ((1, 4), 90, ())


def test_budget_reports_a_lot_among_equal_projects():
    tally = budget([{1}, {2}], {1: 60, 2: 60}, amount=100)
    assert (tally.funded, set(tally.by_lot)) == ((1,), {1, 2})


def test_budget_by_project_count_funds_only_projects_with_votes():
    assert budget([{1, 2}, {1}], {1: 9, 2: 9, 3: 1}, most=2).funded == (1, 2)
    assert budget([{1}], {1: 9, 3: 1}, most=2).funded == (1,)


def test_statement_tally_counts_views_by_statement():
    question = TallyRules(PollType.STATEMENTS, (1, 2))
    tally = tally_ballots(question, [{1: 1, 2: -1}, {1: 1}, {1: 0}])
    assert tally.distribution == {1: (2, 0, 1), 2: (0, 1, 0)}


def test_tally_without_ballots_has_no_winner():
    for kind in PollType:
        question = TallyRules(
            kind, (1, 2), counting=CountingMethod.INSTANT_RUNOFF, costs={1: 1, 2: 1}
        )
        assert tally_ballots(question, []).winners == ()


def test_ranking_shares_a_place_for_equal_figures():
    assert rank_by_figure({1: 3, 2: 5, 3: 3}) == ((2,), (1, 3))

"""Coverage by simulation: how often intervals of nominal 95 % hold the truth, the seeds fixed."""

import pytest

from benchmarks.coverage import (
    Population,
    deliberation_coverage,
    make_population,
    return_coverage,
)

LEAST, ROUNDS = 0.90, 400
INDICATORS = {"DQ1.1", "DQ1.2", "DQ2.1", "DQ2.2", "DQ3.1", "DQ3.2", "DQ4.1", "DQ4.2"}
"""Every indicator of the score of deliberation."""


@pytest.fixture(scope="module")
def population() -> Population:
    return make_population(600)


@pytest.mark.parametrize("threads", [21, 40])
def test_intervals_of_deliberation_hold_the_truth(population: Population, threads: int) -> None:
    shares = deliberation_coverage(population, threads, ROUNDS)
    assert shares.keys() == INDICATORS
    assert {name: share for name, share in shares.items() if share < LEAST} == {}


@pytest.mark.parametrize("groups", [21, 40])
@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_interval_of_return_holds_the_truth_where_groups_differ(groups: int, spread: float) -> None:
    assert return_coverage(groups, spread, ROUNDS) >= LEAST

"""Measure by simulation how often the intervals of scores hold the true value (nominal 95 %).

    python -m benchmarks.coverage [ROUNDS]

One large made-up process, whose threads are alike, gives the truth; each round draws a small
process from its threads. For return, groups brought in by one proposal differ by log-odds.
"""

import random
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from deliberate.citivoice import Log, Process, load_formulas, reduce
from deliberate.citivoice.indicators.deliberation_quality import SUMS, measure_deliberation
from deliberate.citivoice.indicators.statistics import Measurement, interval
from deliberate.citivoice.indicators.sustained_participation import (
    DUE,
    measure_sustained_participation,
)
from deliberate.citivoice.reduction.facts import Table, column_types, typed_column
from tests.citivoice.known_groups import Manner, thread

POOL, PER_THREAD, POPULATION = 60, 8, 2000
RULES = load_formulas().relaxed()
NOT_SIMULATED = ("DQ5.1", "DQ6.1")
RETURN, GROUP_SIZES = 0.25, (10, 40)


@dataclass(frozen=True)
class Population:
    """Threads that a process is drawn from, and who wrote how much in each."""

    threads: Table
    written: list[Counter[str]]

    def draw(self, chosen: np.ndarray) -> tuple[Table, Table]:
        """Return the threads of a process and its authors by number of comments."""
        totals: Counter[str] = Counter()
        for place in chosen:
            totals.update(self.written[place])
        counts = np.array(list(totals.values()))
        upto = np.array([(counts <= n).sum() for n in counts])
        ties = np.array([(counts == n).sum() for n in counts])
        weights = dict(zip(totals, (2 * upto - ties - len(counts)).tolist(), strict=True))
        threads = {name: column[chosen] for name, column in self.threads.items()}
        threads["rank_sum"] = np.array(
            [sum(weights[who] * n for who, n in self.written[place].items()) for place in chosen]
        )
        comments, authors = np.unique(counts, return_counts=True)
        return threads, {"comments": comments, "authors": authors}


def make_population(threads: int = POPULATION, seed: str = "population") -> Population:
    """Return a population of threads in which some speak more, and few cross sides."""
    draw, rows, written = random.Random(seed), [], []
    everybody = [f"u{k}" for k in range(POOL)]
    for t in range(threads):
        people = draw.sample(everybody, draw.randint(4, PER_THREAD))
        sided = draw.random() < 0.75
        sides = {who: 1 if k % 2 or not sided else -1 for k, who in enumerate(people)}
        manner = Manner(
            comments=draw.randint(5, 30),
            reply=draw.uniform(0.3, 0.8),
            turn=draw.uniform(0.1, 0.5),
            cross=draw.choice([None, 0.3]),
        )
        said = thread(draw, f"P{t}", people, sides, t, manner)
        rows += said
        written.append(Counter(row["actor_id"] for row in said[1:]))
    facts = reduce(Log.from_rows(sorted(rows, key=lambda r: r["occurred_at"])), Process("many"))
    counted = facts.scope("thread_facts", "counted")
    order = np.argsort([int(name[1:]) for name in counted["proposal_id"]])
    return Population({n: column[order] for n, column in counted.items()}, written)


def deliberation_coverage(population: Population, threads: int, rounds: int) -> dict[str, float]:
    """Return for each indicator of deliberation how often its interval held the truth."""
    rng = np.random.default_rng(threads)
    names = [name for name in (*SUMS, "DQ4.2") if name not in NOT_SIMULATED]
    found: dict[str, list[tuple[float, Any]]] = {name: [] for name in names}
    for _ in range(rounds):
        chosen = rng.integers(0, len(population.written), threads)
        table, voices = population.draw(chosen)
        measures, _ = measure_deliberation(table, RULES, voices=voices)
        for name in names:
            measure = measures[name]
            value = measure.value or 0.0
            found[name].append((value, interval(RULES.indicators[name], measure, value)))
    whole, _ = measure_deliberation(population.threads, RULES, draws=0)
    truth = {name: measure.value for name, measure in whole.items()}
    # Equality over a process depends on its number of comments: its truth is the mean of all.
    truth["DQ4.2"] = float(np.mean([value for value, _ in found["DQ4.2"]]))
    return {name: _share(found[name], truth[name] or 0.0) for name in names}


def return_coverage(groups: int, spread: float, rounds: int) -> float:
    """Return how often the interval of SP1.1 held the truth, groups differing by log-odds."""
    rng = np.random.default_rng([groups, int(10 * spread)])
    base = np.log(RETURN / (1 - RETURN))
    truth = float(np.mean(1 / (1 + np.exp(-(base + spread * rng.standard_normal(1_000_000))))))
    found = []
    for _ in range(rounds):
        sizes = rng.integers(GROUP_SIZES[0], GROUP_SIZES[1] + 1, groups)
        chances = 1 / (1 + np.exp(-(base + spread * rng.standard_normal(groups))))
        measure = _returning(sizes, rng.binomial(sizes, chances))
        value = measure.value or 0.0
        found.append((value, interval(RULES.indicators["SP1.1"], measure, value)))
    return _share(found, truth)


def _returning(sizes: np.ndarray, returned: np.ndarray) -> Measurement:
    everybody, back = int(sizes.sum()), int(returned.sum())
    cells = {
        name: typed_column(kind, [1, 1]) for name, kind in column_types("person_cells").items()
    }
    cells |= {"returned": np.array([0, 1]), "people": np.array([everybody - back, back])}
    arrivals = {
        "newcomers": sizes, "returned": returned, "people": sizes, "weeks2": returned,
        "taking_part": sizes, "contributed": sizes, "arrivals": np.ones(len(sizes), dtype=np.int64),
    }  # fmt: skip
    weeks = {name: typed_column(kind, []) for name, kind in column_types("week_facts").items()}
    measures = measure_sustained_participation(cells, weeks, RULES, arrivals=arrivals, counting=DUE)
    return measures["SP1.1"]


def _share(found: list[tuple[float, tuple[float, float] | None]], truth: float) -> float:
    held = [ends is not None and ends[0] <= truth <= ends[1] for _, ends in found]
    return sum(held) / len(held)


def main() -> None:
    """Print the coverage of every interval at 21 and 40 threads or groups."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    population = make_population()
    for threads in (21, 40):
        for name, share in deliberation_coverage(population, threads, rounds).items():
            print(f"{name}, {threads} threads: {share:.3f}", flush=True)
        for spread in (0.0, 0.5, 1.0):
            share = return_coverage(threads, spread, rounds)
            print(f"SP1.1, {threads} groups, log-odds sd {spread}: {share:.3f}", flush=True)


if __name__ == "__main__":
    main()

"""The Deliberative Reason Index: whether people who share considerations share preferences.

Niemeyer, Veri, Dryzek and Bächtiger 2024, American Political Science Review 118(1), 345-362. The
distance of a pair from the line of equal agreement is |r - q| / sqrt(2), with r the rank
correlation of the two people's considerations and q that of their preferences. Scaled as in the
article, the index is 1 - 2 * mean |r - q|. Random answers give a high index as well, so it is read
against the index of preferences dealt out among the same people at random.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy  # submodules are loaded on first use
from numpy.typing import NDArray

from deliberate.citivoice.indicators.formulas import Array

MIN_PAIRS = 30
"""People who answered before and after; with fewer no change is reported."""
PERMUTATIONS = 1_000
MIN_ITEMS, MIN_PEOPLE = 3, 3
"""Answers a person needs in each part for a rank correlation, and people for an index."""


@dataclass(frozen=True)
class Answers:
    """The answers of people at one time: a row for each person, a column for each item.

    Considerations are ratings, preferences ranks or ratings; only their order is used.
    """

    people: tuple[str, ...]
    considerations: Array
    preferences: Array

    def of(self, people: set[str]) -> Answers:
        """Return the answers of some of the people."""
        rows = [n for n, person in enumerate(self.people) if person in people]
        names = tuple(self.people[n] for n in rows)
        return Answers(names, self.considerations[rows], self.preferences[rows])


@dataclass(frozen=True)
class DeliberativeReason:
    """The index of a group, its expectation under chance, and the index of each person.

    `p` is the share of random assignments with an index at least as high. `undefined` are people
    without an order among their answers, who are left out.
    """

    value: float | None
    null: float | None
    p: float | None
    n: int
    individuals: dict[str, float] = field(default_factory=dict)
    undefined: tuple[str, ...] = ()

    @property
    def above_chance(self) -> float | None:
        """Return the index minus its expectation under chance."""
        return None if self.value is None or self.null is None else self.value - self.null


@dataclass(frozen=True)
class ReasonChange:
    """The index before and after, of the people who answered both times."""

    before: DeliberativeReason
    after: DeliberativeReason
    reason: str = ""
    """Why no change is reported: `few`, or empty."""

    @property
    def change(self) -> float | None:
        """Return the change of the index above chance."""
        first, last = self.before.above_chance, self.after.above_chance
        return None if self.reason or first is None or last is None else last - first


def deliberative_reason(
    answers: Answers, permutations: int = PERMUTATIONS, seed: int = 1
) -> DeliberativeReason:
    """Return the index of a group. With fewer than three people it has no value."""
    is_ordered = _is_ordered(answers.considerations) & _is_ordered(answers.preferences)
    undefined = tuple(np.asarray(answers.people, dtype=object)[~is_ordered])
    ordered = answers.of(set(answers.people) - set(undefined))
    count = len(ordered.people)
    if count < MIN_PEOPLE:
        return DeliberativeReason(None, None, None, count, {}, undefined)
    by_considerations = _agreement(ordered.considerations)
    by_preferences = _agreement(ordered.preferences)
    distances = np.abs(by_considerations - by_preferences)
    value = _index(distances.sum() / (count * (count - 1)))
    random = np.random.default_rng(seed)
    chance = np.array(
        [
            _dealt_out(by_considerations, by_preferences, random.permutation(count))
            for _ in range(permutations)
        ]
    )
    individuals = _index(distances.sum(axis=1) / (count - 1))
    return DeliberativeReason(
        value=float(value),
        null=float(chance.mean()),
        p=float((1 + (chance >= value - 1e-12).sum()) / (1 + permutations)),
        n=count,
        individuals=dict(zip(ordered.people, individuals.tolist(), strict=True)),
        undefined=undefined,
    )


def reason_change(
    before: Answers, after: Answers, permutations: int = PERMUTATIONS, seed: int = 1
) -> ReasonChange:
    """Return the index before and after, counted over the people who answered both times."""
    both = set(before.people) & set(after.people)
    first, last = (
        deliberative_reason(answers.of(both), permutations, seed) for answers in (before, after)
    )
    return ReasonChange(first, last, "few" if min(first.n, last.n) < MIN_PAIRS else "")


def _is_ordered(answers: Array) -> NDArray[np.bool_]:
    """Return for each person whether three answers are given and not all are equal."""
    given = (~np.isnan(answers)).sum(axis=1)
    spread = np.nanmax(answers, axis=1, initial=-np.inf) - np.nanmin(
        answers, axis=1, initial=np.inf
    )
    return np.asarray((given >= MIN_ITEMS) & (spread > 0))


def _agreement(answers: Array) -> Array:
    """Return Spearman's rank correlation of every two people, over the items both answered."""
    if not np.isnan(answers).any():
        return np.asarray(np.corrcoef(scipy.stats.rankdata(answers, axis=1)))
    count = len(answers)
    agreement = np.eye(count)
    for one in range(count):
        for other in range(one + 1, count):
            shared = ~np.isnan(answers[one]) & ~np.isnan(answers[other])
            pair = answers[[one, other]][:, shared]
            agreement[one, other] = agreement[other, one] = _correlation(pair)
    return agreement


def _correlation(pair: Array) -> float:
    """Return the rank correlation of two rows, 0 where one has no order."""
    if pair.shape[1] < MIN_ITEMS or not np.ptp(pair, axis=1).all():
        return 0.0
    return float(np.corrcoef(scipy.stats.rankdata(pair, axis=1))[0, 1])


def _dealt_out(by_considerations: Array, by_preferences: Array, order: NDArray[np.int64]) -> float:
    """Return the index if each person had the preferences of another."""
    count = len(order)
    distances = np.abs(by_considerations - by_preferences[np.ix_(order, order)])
    return float(_index(distances.sum() / (count * (count - 1))))


def _index(mean_distance: Array) -> Array:
    return 1 - 2 * mean_distance

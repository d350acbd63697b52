"""The Deliberative Reason Index: whether people who share considerations share preferences.

Niemeyer, Veri, Dryzek and Bächtiger 2024, American Political Science Review 118(1), 345-362. The
distance of a pair from the line of equal agreement is |r - q| / sqrt(2), with r the rank
correlation of the two people's considerations and q that of their preferences. Scaled as in the
article, the index is 1 - 2 * mean |r - q|. Random answers give a high index as well, so it is read
against the index of preferences dealt out among the same people at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from random import Random

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
    without an order among their answers, or with no items in common with another; they are left
    out.
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
    comparable = answers.of(_comparable_people(answers))
    undefined = tuple(sorted(set(answers.people) - set(comparable.people)))
    count = len(comparable.people)
    if count < MIN_PEOPLE:
        return DeliberativeReason(None, None, None, count, {}, undefined)
    by_considerations = _agreement(comparable.considerations)
    by_preferences = _agreement(comparable.preferences)
    distances = _distances(by_considerations, by_preferences)
    value = 1 - 2 * float(np.nanmean(distances))
    chance = np.array(
        [
            _dealt_out(by_considerations, by_preferences, order)
            for order in _random_orders(count, permutations, seed)
        ]
    )
    individuals = 1 - 2 * np.nanmean(distances, axis=1)
    return DeliberativeReason(
        value=value,
        null=float(chance.mean()),
        p=float((1 + (chance >= value - 1e-12).sum()) / (1 + permutations)),
        n=count,
        individuals=dict(zip(comparable.people, individuals.tolist(), strict=True)),
        undefined=undefined,
    )


def reason_change(
    before: Answers, after: Answers, permutations: int = PERMUTATIONS, seed: int = 1
) -> ReasonChange:
    """Return the index before and after, counted over the people who answered both times."""
    both = _comparable_people(before) & _comparable_people(after)
    while True:
        first, last = (
            deliberative_reason(answers.of(both), permutations, seed) for answers in (before, after)
        )
        if not (lost := {*first.undefined, *last.undefined}):
            break
        both -= lost  # a pair needs items in common, so who leaves can undefine others
    return ReasonChange(first, last, "few" if first.n < MIN_PAIRS else "")


def _comparable_people(answers: Answers) -> set[str]:
    """Return the people with an order in both parts and in both another person to compare with."""
    ordered = _is_ordered(answers.considerations) & _is_ordered(answers.preferences)
    people = {name for name, is_ordered in zip(answers.people, ordered, strict=True) if is_ordered}
    while people:
        chosen = answers.of(people)
        distances = _distances(_agreement(chosen.considerations), _agreement(chosen.preferences))
        alone = np.isnan(distances).all(axis=1)
        if not alone.any():
            break
        people -= set(np.asarray(chosen.people, dtype=object)[alone])
    return people


def _is_ordered(answers: Array) -> NDArray[np.bool_]:
    """Return for each person whether three answers are given and not all are equal."""
    given = (~np.isnan(answers)).sum(axis=1)
    spread = np.nanmax(answers, axis=1, initial=-np.inf) - np.nanmin(
        answers, axis=1, initial=np.inf
    )
    return np.asarray((given >= MIN_ITEMS) & (spread > 0))


def _agreement(answers: Array) -> Array:
    """Return Spearman's rank correlation of every two people, over the items both answered.

    It is NaN where they share fewer than three items, or one has no order among these.
    """
    if not np.isnan(answers).any():
        return np.atleast_2d(np.corrcoef(scipy.stats.rankdata(answers, axis=1)))
    count = len(answers)
    agreement = np.full((count, count), np.nan)
    for one, other in combinations(range(count), 2):
        shared = ~np.isnan(answers[one]) & ~np.isnan(answers[other])
        correlation = _correlation(answers[[one, other]][:, shared])
        agreement[one, other] = agreement[other, one] = correlation
    return agreement


def _correlation(pair: Array) -> float:
    if pair.shape[1] < MIN_ITEMS or not np.ptp(pair, axis=1).all():
        return np.nan
    return float(np.corrcoef(scipy.stats.rankdata(pair, axis=1))[0, 1])


def _distances(by_considerations: Array, by_preferences: Array) -> Array:
    """Return |r - q| of every two people, NaN for a person with themselves."""
    distances = np.abs(by_considerations - by_preferences)
    np.fill_diagonal(distances, np.nan)
    return distances


def _random_orders(count: int, permutations: int, seed: int) -> Iterator[list[int]]:
    """Yield random orders of people, from the standard library: the notebook draws the same."""
    draw = Random(seed)  # noqa: S311  # a stored seed
    for _ in range(permutations):
        order = list(range(count))
        draw.shuffle(order)
        yield order


def _dealt_out(by_considerations: Array, by_preferences: Array, order: Sequence[int]) -> float:
    """Return the index if each person had the preferences of another."""
    dealt = by_preferences[np.ix_(order, order)]
    return 1 - 2 * float(np.nanmean(_distances(by_considerations, dealt)))

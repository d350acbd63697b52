"""Formulas of inequality, survival, agreement and divergence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy  # scipy loads its submodules on first use
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def gini(counts: ArrayLike, unbiased: bool = False) -> float | None:
    """Return the Gini coefficient of counts; None if all are 0. Unbiased: times n / (n - 1)."""
    x = np.sort(np.asarray(counts, dtype=np.float64))
    n, total = len(x), x.sum()
    if total == 0:
        return None
    value = float(((2 * np.arange(1, n + 1) - n - 1) * x).sum() / (n * total))
    return value * n / (n - 1) if unbiased and n > 1 else value


def chance_gini(authors: int, comments: int) -> float:
    """Return the expected Gini coefficient of comments that fall on authors with equal chances.

    Exact: half the mean difference of two authors' counts, over the mean count. Of the m comments
    that the two wrote, their difference is that of a walk of m fair steps.
    """
    if authors < 2 or comments < 1:
        return 0.0
    mean_pair, spread = 2 * comments / authors, math.sqrt(2 * comments / authors)
    reach = 12 * spread + 30
    written = np.arange(max(0, int(mean_pair - reach)), min(comments, int(mean_pair + reach)) + 1)
    chances = scipy.stats.binom.pmf(written, comments, 2 / authors)
    half = (written + 1) // 2
    log_walk = (
        scipy.special.gammaln(2 * half + 1)
        - 2 * scipy.special.gammaln(half + 1)
        - 2 * half * math.log(2)
    )
    difference = float((chances * 2 * half * np.exp(log_walk)).sum())
    return (authors - 1) * difference / (2 * comments)


def top_share(counts: ArrayLike, share: float = 0.1) -> float | None:
    """Return the share of the total in the ceil(share * n) largest counts; None if all are 0."""
    x = np.sort(np.asarray(counts, dtype=np.float64))[::-1]
    total = x.sum()
    return float(x[: math.ceil(share * len(x) - 1e-9)].sum() / total) if total else None


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share of n independent cases."""
    interval = scipy.stats.binomtest(successes, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def survival(hours: ArrayLike, ended: ArrayLike) -> Any:
    """Return the Kaplan-Meier survival function; waits that have not ended are censored."""
    waits, done = np.asarray(hours, dtype=np.float64), np.asarray(ended, dtype=bool)
    return scipy.stats.ecdf(scipy.stats.CensoredData(uncensored=waits[done], right=waits[~done])).sf


def survival_median(hours: ArrayLike, ended: ArrayLike) -> float | None:
    """Return the first wait (hours) at which half are answered; None if more than half are not."""
    sf = survival(hours, ended)
    reached = sf.quantiles[sf.probabilities <= 0.5 + 1e-12]
    return float(reached[0]) if len(reached) else None


def restricted_mean(hours: ArrayLike, ended: ArrayLike, limit: float) -> float:
    """Return the restricted mean survival time: the area under the curve up to `limit`."""
    sf = survival(hours, ended)
    inside = sf.quantiles < limit
    edges = np.concatenate([[0.0], sf.quantiles[inside], [limit]])
    heights = np.concatenate([[1.0], sf.probabilities[inside]])
    return float((np.diff(edges) * heights).sum())


def kappa(table: ArrayLike) -> float | None:
    """Return the quadratic weighted kappa of a cross table of two raters; None if undefined."""
    observed = np.asarray(table, dtype=np.float64)
    total, k = observed.sum(), len(observed)
    if not total:
        return None
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / total
    weights = np.subtract.outer(np.arange(k), np.arange(k)) ** 2
    chance = (weights * expected).sum()
    return float(1 - (weights * observed).sum() / chance) if chance else None


def cross_table(first: Sequence[int], second: Sequence[int], categories: int) -> Array:
    """Return the cross table of two lists of ratings from 0 to categories - 1."""
    table = np.zeros((categories, categories))
    np.add.at(table, (np.asarray(first, dtype=int), np.asarray(second, dtype=int)), 1)
    return table


def dissimilarity(people: ArrayLike, shares: ArrayLike) -> float:
    """Return the dissimilarity index: half the sum of |p - q|, the share who would have to move."""
    p = np.asarray(people, dtype=np.float64)
    return float(np.abs(p / p.sum() - np.asarray(shares)).sum() / 2)


def chance_dissimilarity(n: int, shares: ArrayLike) -> float:
    """Return the exact expected dissimilarity of n people drawn from the population."""
    seen = np.arange(n + 1)
    q = np.asarray(shares, dtype=np.float64)
    return float(
        sum((scipy.stats.binom.pmf(seen, n, s) * np.abs(seen / n - s)).sum() for s in q) / 2
    )


def divergence(people: ArrayLike, shares: ArrayLike) -> float:
    """Return the Kullback-Leibler divergence of people from population, in nats."""
    return float(scipy.stats.entropy(np.asarray(people, dtype=np.float64), np.asarray(shares)))


def jensen_shannon(people: ArrayLike, shares: ArrayLike) -> float:
    """Return the Jensen-Shannon divergence of people and population, base 2."""
    return float(
        scipy.spatial.distance.jensenshannon(np.asarray(people), np.asarray(shares), base=2) ** 2
    )


def burstiness(n: float, total: float, squares: float) -> tuple[float | None, float | None]:
    """Return B and A_n (Kim, Jo 2016) from the number, sum and sum of squares of gaps."""
    if n < 2 or total == 0:
        return None, None
    mean = total / n
    r = math.sqrt(max(squares / n - mean * mean, 0.0)) / mean
    up, down = math.sqrt(n + 1), math.sqrt(n - 1)
    return (r - 1) / (r + 1), (up * r - down) / ((up - 2) * r + down)


def goalpost(value: float | None, low: float, high: float, direction: str) -> float | None:
    """Return the position of a value between goalposts, 0 to 1; None for None."""
    if value is None:
        return None
    position = min(max((value - low) / (high - low), 0.0), 1.0)
    return 1 - position if direction == "down" else position


def mean(values: Sequence[float | None]) -> float | None:
    """Return the arithmetic mean of the values that are not None; None without values."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def geometric_mean(values: Sequence[float | None], floor: float = 0.01) -> float | None:
    """Return the geometric mean of the values that are not None, each at least `floor`."""
    known = [math.log(max(value, floor)) for value in values if value is not None]
    return math.exp(sum(known) / len(known)) if known else None

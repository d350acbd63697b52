"""The cluster bootstrap: resamples whole threads, proposals or people, never single acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy  # submodules are loaded on first use
from numpy.typing import NDArray

from deliberate.citivoice.indicators.formulas import Array

AT_ONCE = 4_000_000
PROPOSALS, PEOPLE, WEIGHTS, PAIRING = 0, 1, 2, 3


@dataclass(frozen=True)
class ClusterCells:
    """Clusters grouped by equal figures: distinct sorted rows with their counts."""

    rows: Array
    counts: NDArray[np.int64]

    @classmethod
    def of(
        cls, *columns: NDArray[np.generic], counts: NDArray[np.int64] | None = None
    ) -> ClusterCells:
        """Group columns (one value per cluster); `counts` is the number of clusters per row.

        Sorting by the figures themselves makes the draws independent of order and naming.
        """
        matrix = np.column_stack([np.asarray(c, dtype=np.float64) for c in columns])
        weights = np.ones(len(matrix), dtype=np.int64) if counts is None else counts
        if not len(matrix):
            return cls(matrix, weights.astype(np.int64))
        order = np.lexsort(matrix.T[::-1])
        rows = matrix[order]
        new = np.concatenate([[True], (rows[1:] != rows[:-1]).any(axis=1)])
        sums = np.add.reduceat(weights[order], np.flatnonzero(new))
        return cls(rows[new], sums.astype(np.int64))

    @property
    def clusters(self) -> int:
        """Return the number of clusters."""
        return int(self.counts.sum())

    def sums(self, counts: Array | None = None) -> Array:
        """Return the sums of the columns weighted by the counts, for one draw or many."""
        if counts is None:
            return np.asarray((self.rows * self.counts[:, None]).sum(axis=0))
        return np.asarray(counts @ self.rows)


def generator(seed: int, block: int) -> np.random.Generator:
    """Return the random generator of one block; blocks are independent."""
    return np.random.default_rng(np.random.SeedSequence([seed, block]))


def bootstrap(
    cells: ClusterCells,
    draws: int,
    seed: int,
    block: int,
    figure: Callable[[Array], Array] | None = None,
) -> Array:
    """Return a figure (default: the sums) of each of `size` resamples of the clusters."""
    total = cells.clusters
    if not total or not draws:
        return np.empty((0, cells.rows.shape[1]))
    rng, chances = generator(seed, block), cells.counts / total
    measured = figure or cells.sums
    chunk = max(1, AT_ONCE // len(chances))
    sizes = [min(chunk, draws - done) for done in range(0, draws, chunk)]
    drawn = (rng.multinomial(total, chances, size=size).astype(np.float64) for size in sizes)
    return np.concatenate([measured(counts) for counts in drawn])


def percentiles(replicates: Array, clusters: int | None = None) -> tuple[float, float] | None:
    """Return the middle 95 % of the replicates that have a value; None if none has one.

    With the number of clusters, the percentiles are expanded for small samples as the t interval
    is (Hesterberg 2015): the plain ones cover too seldom below about forty clusters.
    """
    known = replicates[~np.isnan(replicates)]
    if not len(known):
        return None
    tail = 0.025
    if clusters is not None and clusters > 1:
        wider = np.sqrt(clusters / (clusters - 1)) * scipy.stats.t.ppf(0.975, clusters - 1)
        tail = float(scipy.stats.norm.cdf(-wider))
    low, high = np.percentile(known, [100 * tail, 100 * (1 - tail)])
    return float(low), float(high)

"""The cluster bootstrap: whole threads, proposals or people drawn again, not single acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.formulas import Array

AT_ONCE = 4_000_000
PROPOSALS, PEOPLE, WEIGHTS, PAIRING = 0, 1, 2, 3


@dataclass(frozen=True)
class Cells:
    """Clusters with equal figures taken together: distinct rows, sorted, and how often each."""

    rows: Array
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, *columns: NDArray[np.generic], counts: NDArray[np.int64] | None = None) -> Cells:
        """Gather columns (one value a cluster); `counts` says how many clusters a row stands for.

        Sorting by the figures themselves makes the draws the same for any order or naming.
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
        """How many clusters there are to draw from."""
        return int(self.counts.sum())

    def sums(self, counts: Array | None = None) -> Array:
        """Sums of the columns, each row as often as counted; also for many draws at once."""
        if counts is None:
            return np.asarray((self.rows * self.counts[:, None]).sum(axis=0))
        return np.asarray(counts @ self.rows)


def generator(seed: int, block: int) -> np.random.Generator:
    """The random numbers of one block: what is drawn apart stays apart."""
    return np.random.default_rng(np.random.SeedSequence([seed, block]))


def resampled(
    cells: Cells, draws: int, seed: int, block: int, figure: Callable[[Array], Array] | None = None
) -> Array:
    """Draw the clusters again so many times and give a figure of each draw (default: the sums)."""
    total = cells.clusters
    if not total or not draws:
        return np.empty((0, cells.rows.shape[1]))
    rng, chances = generator(seed, block), cells.counts / total
    measured = figure or cells.sums
    chunk = max(1, AT_ONCE // len(chances))
    sizes = [min(chunk, draws - done) for done in range(0, draws, chunk)]
    drawn = (rng.multinomial(total, chances, size=size).astype(np.float64) for size in sizes)
    return np.concatenate([measured(counts) for counts in drawn])


def percentiles(replicates: Array) -> tuple[float, float] | None:
    """The middle 95 % of replicates, those without a value left out; None if none has one."""
    known = replicates[~np.isnan(replicates)]
    if not len(known):
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)

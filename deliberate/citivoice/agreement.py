"""Agreement among voters and groups: shown, never scored, for consensus is no goal."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy  # its parts load when they are used

SHOWN_FROM = 5


def group_consensus(groups: Sequence[tuple[int, int]]) -> float:
    """Group-aware consensus of a statement: product over groups of (agree + 1) / (votes + 2)."""
    return math.prod((agree + 1) / (votes + 2) for agree, votes in groups)


def is_shown(groups: Sequence[tuple[int, int]]) -> bool:
    """Whether every group has the five votes needed to show its consensus."""
    return all(votes >= SHOWN_FROM for _, votes in groups)


def normalised_entropy(counts: Sequence[int]) -> float | None:
    """Spread of counts over options, 0 (all on one) to 1 (even); None without counts."""
    if sum(counts) == 0 or len(counts) < 2:
        return None
    return float(scipy.stats.entropy(counts) / math.log(len(counts)))


def ordinal_consensus(counts: Sequence[int], values: Sequence[float]) -> float:
    """Consensus of ordered answers, 0 to 1 (Tastle, Wierman 2007)."""
    p = np.asarray(counts) / sum(counts)
    x = np.asarray(values, dtype=np.float64)
    distance = np.abs(x - (p * x).sum()) / (x.max() - x.min())
    said = p > 0
    return float(1 + (p[said] * np.log2(1 - distance[said])).sum())

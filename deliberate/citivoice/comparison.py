"""Two processes, or two periods, side by side: which claims the figures bear."""

from __future__ import annotations

from typing import Any

import numpy as np

from .aggregation import score_draws, weighted_scores
from .formulas import geometric_mean
from .resampling import PAIRING, generator, percentiles
from .scores import Scores

NO_CLAIM = "no difference can be claimed"


class NotComparable(ValueError):
    """The two scores come from different versions of the formulas."""


def compare(one: Scores, other: Scores) -> dict[str, Any]:
    """Set the dimensions of `one` against those of `other`, on the criteria both have.

    A claim needs an interval of the difference without 0 and the same order under nine tenths of
    the random weightings; raises `NotComparable` under different formulas.
    """
    if one.formulas.version != other.formulas.version:
        raise NotComparable(f"formulas {one.formulas.version} and {other.formulas.version}")
    return {name: _dimension(one, other, name) for name in one.totals}


def _dimension(one: Scores, other: Scores, name: str) -> dict[str, Any]:
    common = [c for c in one.totals[name].criteria_used if c in other.totals[name].criteria_used]
    core = one.formulas.dimensions[name].core
    scored = one.totals[name].score is not None and other.totals[name].score is not None
    if not scored or len(common) < 2 or any(c not in common for c in core):
        return {
            "criteria": common,
            "difference": None,
            "ci": None,
            "order_kept": None,
            "claim": NO_CLAIM,
        }
    difference = _score(one, common) - _score(other, common)
    ci = percentiles(_draws(one, common) - _shuffled(_draws(other, common), one.formulas.seed))
    kept = _order_kept(one, other, common, difference)
    return {
        "criteria": common,
        "difference": difference,
        "ci": ci,
        "order_kept": kept,
        "claim": _claim(difference, ci, kept, one.formulas.order_kept),
    }


def _claim(difference: float, ci: tuple[float, float] | None, kept: float, least: float) -> str:
    if ci is None or ci[0] <= 0 <= ci[1] or kept < least:
        return NO_CLAIM
    return "higher" if difference > 0 else "lower"


def _score(scores: Scores, common: list[str]) -> float:
    # Criteria in use have a score, so the mean is there.
    return geometric_mean([scores.criteria[c] for c in common], scores.formulas.floor) or 0.0


def _draws(scores: Scores, common: list[str]) -> Any:
    return score_draws(scores.formulas, common, scores.findings)


def _shuffled(draws: Any, seed: int) -> Any:
    """The other side's draws in another order, since both began with the same random numbers."""
    return generator(seed, PAIRING).permutation(draws)


def _order_kept(one: Scores, other: Scores, common: list[str], difference: float) -> float:
    """Share of weightings, the same for both, under which the order stays."""
    both = [{name: f.normalised for name, f in scores.findings.items()} for scores in (one, other)]
    shared = {name for name in both[0] if both[0][name] is not None and both[1][name] is not None}
    first, second = (
        weighted_scores(
            one.formulas,
            [c for c in common if _has(one, c, shared)],
            {name: value if name in shared else None for name, value in side.items()},
        )
        for side in both
    )
    return float(np.mean(np.sign(first - second) == np.sign(difference)))


def _has(scores: Scores, criterion: str, shared: set[str]) -> bool:
    return any(name in shared for name in scores.formulas.criteria[criterion])

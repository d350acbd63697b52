"""What one indicator found: opportunities, numerator, denominator, value and its draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deliberate.citivoice.catalogue import Indicator
from deliberate.citivoice.formulas import Array, goalpost, wilson
from deliberate.citivoice.resampling import percentiles


@dataclass(frozen=True)
class Measure:
    """An indicator before it is held against its minimum.

    `opportunities` by the names used in `minimum`; `candidates` counts also those too young to
    tell; `replicates` are the values of the bootstrap's draws; `refused` is a reason of its own
    why no value is given; `clusters` the independent cases behind the value.
    """

    value: float | None
    numerator: float
    denominator: float
    opportunities: Mapping[str, int]
    clusters: int = 0
    replicates: Array | None = None
    candidates: int = 0
    refused: str | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """An indicator as it is shown: value or the reason why there is none, with its interval."""

    id: str
    state: str
    value: float | None
    reason: str | None
    n: int
    numerator: float
    denominator: float
    ci: tuple[float, float] | None
    goalpost: tuple[float, float, str]
    normalised: float | None
    parts: Mapping[str, Any]
    replicates: Array | None = None


def ratio(numerator: float, denominator: float, floor: int = 0) -> float | None:
    """A share with a floored denominator; an empty denominator gives 0 if floored, else None."""
    if not denominator:
        return None
    return float(numerator) / max(float(denominator), floor)


def ratios(numerators: Array, denominators: Array, floor: int = 0) -> Array:
    """The same for every draw: where nothing was drawn to divide by, not a number, or 0."""
    empty = denominators == 0
    shares = numerators / np.where(empty, 1.0, np.maximum(denominators, floor))
    return np.where(empty, 0.0 if floor else np.nan, shares)


def found(indicator: Indicator, measure: Measure, carried: bool = True) -> Finding:
    """Hold a measure against its minimum and place it between its goalposts.

    Missing is never 0 and failing is never missing: enough opportunity without anything to divide
    by is a structural zero.
    """
    reason = _reason(indicator, measure, carried)
    value = None if reason else measure.value if measure.value is not None else 0.0
    zero = reason is None and measure.denominator == 0
    state = "not_enough_data" if reason else "structural_zero" if zero else "value"
    return Finding(
        id=indicator.id,
        state=state,
        value=value,
        reason=reason,
        n=next(iter(measure.opportunities.values())),
        numerator=measure.numerator,
        denominator=measure.denominator,
        ci=None if value is None else interval(indicator, measure, value),
        goalpost=indicator.goalpost,
        normalised=goalpost(value, *indicator.goalpost),
        parts=measure.parts,
        replicates=None if value is None else _normalised(indicator, measure.replicates),
    )


def interval(indicator: Indicator, measure: Measure, value: float) -> tuple[float, float] | None:
    """The 95 % interval: Wilson where the unit is the cluster, else percentiles of the draws.

    Draws that are all equal would claim certainty; then Wilson's with n = clusters is given.
    """
    if indicator.interval == "none":
        return None
    if indicator.interval == "wilson":
        cases = int(max(measure.denominator, indicator.floor)) or measure.clusters
        return wilson(int(measure.numerator), cases) if cases else None
    if measure.replicates is None or not len(measure.replicates):
        return None
    ends = percentiles(measure.replicates)
    if ends is None or np.ptp(measure.replicates[~np.isnan(measure.replicates)]) > 0:
        return ends
    return widened(value, measure.clusters, indicator.scale)


def widened(value: float, clusters: int, scale: float = 1) -> tuple[float, float]:
    """Wilson's interval of a value that no draw changed, as if each cluster were one case."""
    if not clusters or not 0 <= value / scale <= 1:
        return value, value
    low, high = wilson(round(value / scale * clusters), clusters)
    return low * scale, high * scale


def _reason(indicator: Indicator, measure: Measure, carried: bool) -> str | None:
    if not carried:
        return "source"
    if measure.refused in ("not_moderated", "source"):
        return measure.refused
    n = next(iter(measure.opportunities.values()))
    short = any(measure.opportunities[name] < least for name, least in indicator.minimum.items())
    if short or (n == 0 and measure.denominator == 0):
        return "follow_up" if measure.candidates > n else "few"
    return measure.refused


def _normalised(indicator: Indicator, replicates: Array | None) -> Array | None:
    if replicates is None or not len(replicates):
        return None
    low, high, direction = indicator.goalpost
    place = np.clip((replicates - low) / (high - low), 0, 1)
    return 1 - place if direction == "down" else place

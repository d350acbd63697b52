"""Measurements of an indicator and findings: value or reason for its absence, with interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deliberate.citivoice.framework.catalogue import Indicator
from deliberate.citivoice.indicators.formulas import Array, goalpost, wilson
from deliberate.citivoice.indicators.resampling import percentiles

TOO_FEW = ("few", "follow_up")
"""Reasons for no value that more acts, or more time, would change."""


@dataclass(frozen=True)
class Measurement:
    """An indicator before it is compared with its minimum.

    `opportunities` uses the names in `minimum`; `candidates` also counts cases too young to be
    classified; `replicates` are the bootstrap values; `refused` is a reason for giving no value;
    `clusters` is the number of independent cases.
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
    """An indicator as shown: its value or the reason for its absence, with its interval."""

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
    opportunities: Mapping[str, int] = field(default_factory=dict)
    """Where there were too few, how many of each kind there were; empty otherwise."""


def ratio(numerator: float, denominator: float, floor: int = 0) -> float | None:
    """Return a share with a floored denominator; with denominator 0: 0 if floored, else None."""
    if not denominator:
        return None
    return float(numerator) / max(float(denominator), floor)


def ratio_draws(
    numerators: Array, denominators: Array, floor: int = 0, empty_is_zero: bool = False
) -> Array:
    """Return `ratio` for every draw; NaN, or 0 where asked, if the denominator is 0."""
    empty = denominators == 0
    shares = numerators / np.where(empty, 1.0, np.maximum(denominators, floor))
    return np.where(empty, 0.0 if floor or empty_is_zero else np.nan, shares)


def to_finding(indicator: Indicator, measure: Measurement, carried: bool = True) -> Finding:
    """Return the finding of a measurement: minimum checked, value placed between the goalposts.

    Missing is never 0 and failing is never missing: enough opportunity with an empty denominator is
    a structural zero.
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
        opportunities=measure.opportunities if reason in TOO_FEW else {},
    )


def interval(
    indicator: Indicator, measure: Measurement, value: float
) -> tuple[float, float] | None:
    """Return the 95 % interval: Wilson where the unit is the cluster, else bootstrap percentiles.

    Draws that are all equal would claim certainty; Wilson's interval with n = clusters is used
    then.
    """
    if indicator.interval == "none":
        return None
    if indicator.interval == "wilson":
        return _wilson_of_cases(indicator, measure)
    if measure.replicates is None or not len(measure.replicates):
        return None
    expanded = measure.clusters if indicator.interval == "expanded" else None
    ends = percentiles(measure.replicates, expanded)
    if ends is None or np.ptp(measure.replicates[~np.isnan(measure.replicates)]) > 0:
        return ends
    return wilson_for_clusters(value, measure.clusters, indicator.scale)


def _wilson_of_cases(indicator: Indicator, measure: Measurement) -> tuple[float, float] | None:
    cases = int(max(measure.denominator, indicator.floor)) or measure.clusters
    return wilson(int(measure.numerator), cases) if cases else None


def wilson_for_clusters(value: float, clusters: int, scale: float = 1) -> tuple[float, float]:
    """Return Wilson's interval of a value, counting each cluster as one case."""
    if not clusters or not 0 <= value / scale <= 1:
        return value, value
    low, high = wilson(round(value / scale * clusters), clusters)
    return low * scale, high * scale


def _reason(indicator: Indicator, measure: Measurement, carried: bool) -> str | None:
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
    positions = np.clip((replicates - low) / (high - low), 0, 1)
    return 1 - positions if direction == "down" else positions

"""Aggregation of indicators to criteria and dimensions, by means that cannot hide a weak part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from deliberate.citivoice.framework.catalogue import Dimension, Formulas
from deliberate.citivoice.indicators.formulas import Array, geometric_mean, mean
from deliberate.citivoice.indicators.resampling import WEIGHTS, generator, percentiles
from deliberate.citivoice.indicators.statistics import Finding, wilson_for_clusters

Scores = Mapping[str, float | None]
RUN_MARKS = {
    "pair_cap_3": "few_voices",
    "without_top5": "few_voices",
    "without_new": "first_week_only",
    "verified_only": "mostly_unverified",
}
WHOLE_SPAN, RAISED = "whole_span", 0.05
"""The run over every week, phases or none, and by how much closed weeks may raise a score."""
SETTLED, PROVISIONAL, MISSING = "value", "provisional", "not_enough_data"


@dataclass(frozen=True)
class DimensionTotal:
    """The score of a dimension, or the reason for its absence, with its qualifications."""

    state: str
    score: float | None = None
    ci: tuple[float, float] | None = None
    weights_band: tuple[float, float] | None = None
    reason: str | None = None
    criteria_used: tuple[str, ...] = ()
    criteria_missing: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    variant: str | None = None
    """The criterion without which the score stands, because the source cannot carry it."""
    leave_one_out: Mapping[str, float | None] = field(default_factory=dict)
    sensitivity: Mapping[str, float | None] = field(default_factory=dict)
    replicates: Array | None = None


def criteria_scores(formulas: Formulas, normalised: Scores) -> dict[str, float | None]:
    """Return each criterion as the mean of its indicators that have a value, in its own kind."""
    return {
        criterion: geometric_mean([normalised.get(name) for name in names], formulas.floor)
        if criterion in formulas.geometric
        else mean([normalised.get(name) for name in names])
        for criterion, names in formulas.criteria.items()
    }


def carried_criteria(dimension: Dimension, carries: frozenset[str] | None) -> list[str]:
    """Return the criteria of a dimension that the source supports."""
    return [c for c in dimension.criteria if carries is None or c in carries]


def has_enough_criteria(dimension: Dimension, criteria: Scores, carried: Sequence[str]) -> bool:
    """Return whether two thirds of the supported criteria (min. two) and the core are scored."""
    used = [c for c in carried if criteria.get(c) is not None]
    core = all(c in used for c in dimension.core)
    return core and len(used) >= 2 and 3 * len(used) >= 2 * len(carried)


def left_out(
    formulas: Formulas, dimension: Dimension, carries: frozenset[str] | None
) -> str | None:
    """Return the criterion without which a dimension is reported under a separate name."""
    if "whole_core" not in formulas.rules:
        return None
    missing = [c for c in dimension.criteria if carries is not None and c not in carries]
    return missing[0] if len(missing) == 1 and missing[0] in dimension.variants else None


def _is_scored(
    formulas: Formulas,
    dimension: Dimension,
    criteria: Scores,
    carried: Sequence[str],
    carries: frozenset[str] | None,
) -> bool:
    """Return whether the criteria suffice; under `whole_core` the core is all there or one less."""
    if "whole_core" in formulas.rules:
        without = left_out(formulas, dimension, carries)
        core = [c for c in dimension.core if c != without]
        if any(c not in carried or criteria.get(c) is None for c in core):
            return False
        dimension = replace(dimension, core=tuple(core))
    return has_enough_criteria(dimension, criteria, carried)


def dimension_score(
    formulas: Formulas, dimension: Dimension, normalised: Scores, carries: frozenset[str] | None
) -> float | None:
    """Return the geometric mean of the scored criteria; None if they are not enough."""
    criteria = criteria_scores(formulas, normalised)
    carried = carried_criteria(dimension, carries)
    if not _is_scored(formulas, dimension, criteria, carried, carries):
        return None
    return geometric_mean([criteria[c] for c in carried], formulas.floor)


def dimension_total(
    formulas: Formulas,
    dimension: Dimension,
    findings: Mapping[str, Finding],
    carries: frozenset[str] | None,
    opportunities: Mapping[str, int],
    runs: Mapping[str, float | None],
    reservations: Sequence[str] = (),
) -> DimensionTotal:
    """Return a dimension with interval, weights band, leave-one-out and sensitivity runs."""
    normalised = {name: finding.normalised for name, finding in findings.items()}
    carried = carried_criteria(dimension, carries)
    criteria = criteria_scores(formulas, normalised)
    used = tuple(c for c in carried if criteria[c] is not None)
    missing = tuple(c for c in carried if criteria[c] is None)
    score = dimension_score(formulas, dimension, normalised, carries)
    short = any(opportunities[name] < least for name, least in dimension.minimum.items())
    if score is None or short:
        return DimensionTotal(
            MISSING,
            reason="few" if short else "criteria",
            criteria_used=used,
            criteria_missing=missing,
            variant=left_out(formulas, dimension, carries),
            marks=tuple(reservations),
        )
    replicates = score_draws(formulas, used, findings)
    ci = _ends(formulas, replicates, score, opportunities)
    marks = (*moved_marks(formulas, score, ci, runs), *reservations)
    return DimensionTotal(
        state=_state(dimension, opportunities, ci),
        score=score,
        ci=ci,
        weights_band=_band(weighted_scores(formulas, used, normalised)),
        criteria_used=used,
        criteria_missing=missing,
        marks=marks,
        variant=left_out(formulas, dimension, carries),
        leave_one_out=_leave_one_out(formulas, used, normalised),
        sensitivity=dict(runs),
        replicates=replicates,
    )


def score_draws(
    formulas: Formulas, criteria: Iterable[str], findings: Mapping[str, Finding]
) -> Array:
    """Return the score in every draw: draw b of threads, proposals and people together."""
    return combined_draws(
        [criterion_draws(formulas, criterion, findings) for criterion in criteria], formulas.floor
    )


def combined_draws(draws: Sequence[Array], floor: float) -> Array:
    """Return the geometric mean of criteria, draw by draw."""
    return np.asarray(np.exp(np.mean([np.log(np.maximum(one, floor)) for one in draws], axis=0)))


def criterion_draws(formulas: Formulas, criterion: str, findings: Mapping[str, Finding]) -> Array:
    """Return a criterion in every draw: the mean of its indicators with a value in that draw."""
    stacked = np.array(
        [
            _draws_of(findings[name], formulas.draws)
            for name in formulas.criteria[criterion]
            if findings[name].normalised is not None
        ]
    )
    if criterion in formulas.geometric:
        stacked = np.log(np.maximum(stacked, formulas.floor))
    known = ~np.isnan(stacked)
    sums, counts = np.where(known, stacked, 0.0).sum(axis=0), known.sum(axis=0)
    means = np.exp(sums / np.maximum(counts, 1)) if criterion in formulas.geometric else None
    plain = sums / np.maximum(counts, 1) if means is None else means
    return np.asarray(np.where(counts > 0, plain, np.nan))


def weighted_scores(formulas: Formulas, criteria: Sequence[str], normalised: Scores) -> Array:
    """Return the score under random weights of criteria and of the indicators inside them."""
    rng = generator(formulas.seed, WEIGHTS)
    outer = rng.dirichlet(np.ones(len(criteria)), size=formulas.weightings)
    logs = []
    for criterion in criteria:
        values = [v for n in formulas.criteria[criterion] if (v := normalised[n]) is not None]
        inner = rng.dirichlet(np.ones(len(values)), size=formulas.weightings)
        if criterion in formulas.geometric:
            logs.append((inner * np.log(np.maximum(values, formulas.floor))).sum(axis=1))
            continue
        logs.append(np.log(np.maximum((inner * np.array(values)).sum(axis=1), formulas.floor)))
    return np.asarray(np.exp((outer * np.array(logs).T).sum(axis=1)))


def _draws_of(finding: Finding, draws: int) -> Array:
    if finding.replicates is None:
        return np.full(draws, finding.normalised, dtype=np.float64)
    return finding.replicates


def moved_marks(
    formulas: Formulas,
    score: float,
    ci: tuple[float, float] | None,
    runs: Mapping[str, float | None],
) -> tuple[str, ...]:
    """Return the marks of the sensitivity runs that move a score."""
    if "named_marks" not in formulas.rules:
        apart = (abs(run - score) > formulas.few_voices for run in runs.values() if run is not None)
        return ("few_voices",) if any(apart) else ()
    marks = [
        mark
        for run, mark in RUN_MARKS.items()
        if run in runs and _moves(formulas, score, ci, runs[run])
    ]
    span = runs.get(WHOLE_SPAN)
    if span is not None and score - span > RAISED:
        marks.append("weeks_closed")
    return tuple(dict.fromkeys(marks))


def _moves(
    formulas: Formulas, score: float, ci: tuple[float, float] | None, run: float | None
) -> bool:
    """Return whether a run ends far off, in another band, or with too little data.

    A band that the interval leaves open is no band that could change.
    """
    if run is None or abs(run - score) > formulas.few_voices:
        return True
    low, high = ci or (score, score)
    return any(
        (run >= edge) is not (score >= edge) and not low < edge <= high for edge in formulas.bands
    )


def _ends(
    formulas: Formulas, replicates: Array, score: float, opportunities: Mapping[str, int]
) -> tuple[float, float] | None:
    named = "whole_core" in formulas.rules
    ends = percentiles(replicates, opportunities["clusters"] if named else None)
    if ends is not None and ends[0] == ends[1]:
        return wilson_for_clusters(score, opportunities["clusters"])
    return ends


def _band(scores: Array) -> tuple[float, float] | None:
    return percentiles(scores)


def _state(
    dimension: Dimension, opportunities: Mapping[str, int], ci: tuple[float, float] | None
) -> str:
    if not dimension.settled or ci is None:
        return SETTLED
    many = opportunities["threads_of_5"] >= dimension.settled["threads_of_5"]
    narrow = (ci[1] - ci[0]) / 2 <= dimension.settled["half_width"]
    return SETTLED if many or narrow else PROVISIONAL


def _leave_one_out(
    formulas: Formulas, criteria: Sequence[str], normalised: Scores
) -> dict[str, float | None]:
    """Return the score without each indicator in turn."""
    names = [n for c in criteria for n in formulas.criteria[c] if normalised[n] is not None]
    return {
        left: geometric_mean(
            [criteria_scores(formulas, {**normalised, left: None})[c] for c in criteria],
            formulas.floor,
        )
        for left in names
    }

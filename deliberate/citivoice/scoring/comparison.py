"""Comparison of two processes, or two periods: which claims the data supports."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.indicators.formulas import Array, geometric_mean
from deliberate.citivoice.indicators.resampling import PAIRING, generator, percentiles
from deliberate.citivoice.scoring.aggregation import (
    combined_draws,
    criterion_draws,
    weighted_scores,
)
from deliberate.citivoice.scoring.scores import Scores

NO_CLAIM = "no difference can be claimed"
FEW, SHARED, UNLIKE = "few", "shared_acts", "unlike"


class NotComparable(ValueError):
    """Raised where two scores come from different versions of the formulas."""


@dataclass(frozen=True)
class Comparable:
    """The part of scores that a comparison needs, about 80 kilobytes, so that it can be stored.

    `log` identifies the process and log scored ("" where the tree head is unknown); `used` are the
    scored criteria of each headline dimension; `draws` their values in every draw.
    """

    formulas: Formulas
    log: str
    used: Mapping[str, tuple[str, ...]]
    criteria: Mapping[str, float | None]
    normalised: Mapping[str, float | None]
    draws: Mapping[str, Array]
    variants: Mapping[str, str] = field(default_factory=dict)
    """The criterion without which a dimension stands, where its source cannot carry one."""

    @classmethod
    def of(cls, scores: Scores) -> Comparable:
        """Return the comparable part of scores."""
        used = {
            name: total.criteria_used if total.score is not None else ()
            for name, total in scores.totals.items()
        }
        slug, start, root = (
            scores.facts.one("window_facts", name) for name in ("process", "start", "log_root")
        )
        return cls(
            formulas=scores.formulas,
            log=f"{slug} {start}" if root else "",
            used=used,
            criteria=dict(scores.criteria),
            normalised={name: finding.normalised for name, finding in scores.findings.items()},
            draws={
                c: criterion_draws(scores.formulas, c, scores.findings)
                for c in sorted({c for criteria in used.values() for c in criteria})
            },
            variants={n: total.variant for n, total in scores.totals.items() if total.variant},
        )

    def to_bytes(self) -> bytes:
        """Return a lossless serialisation."""
        summary = {
            "formulas": self.formulas.version,
            "log": self.log,
            "used": {name: list(criteria) for name, criteria in self.used.items()},
            "criteria": dict(self.criteria),
            "normalised": dict(self.normalised),
            "variants": dict(self.variants),
        }
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer, allow_pickle=False, summary=np.array(json.dumps(summary)), **self.draws
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, formulas: Formulas) -> Comparable:
        """Return what `to_bytes` serialised; raises `NotComparable` for other formulas."""
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            summary = json.loads(str(archive["summary"]))
            draws = {name: archive[name] for name in archive.files if name != "summary"}
        if summary["formulas"] != formulas.version:
            raise NotComparable(f"formulas {summary['formulas']} and {formulas.version}")
        used = {name: tuple(criteria) for name, criteria in summary["used"].items()}
        return cls(
            formulas,
            summary["log"],
            used,
            summary["criteria"],
            summary["normalised"],
            draws,
            summary.get("variants", {}),
        )


def compare(one: Scores | Comparable, other: Scores | Comparable) -> dict[str, Any]:
    """Return the differences of the headline dimensions of `one` and `other`, on shared criteria.

    A claim needs an interval of the difference without 0 and the same order under nine tenths of
    the random weightings. Two periods of one process both begin with its first act and so share
    acts: no claim is made; nor between a dimension without one of its criteria and one with all.
    Raises `NotComparable` for different formulas.
    """
    first, second = (
        side if isinstance(side, Comparable) else Comparable.of(side) for side in (one, other)
    )
    if first.formulas.version != second.formulas.version:
        raise NotComparable(f"formulas {first.formulas.version} and {second.formulas.version}")
    return {name: _dimension(first, second, name) for name in first.used}


def _dimension(one: Comparable, other: Comparable, name: str) -> dict[str, Any]:
    common = [c for c in one.used[name] if c in other.used[name]]
    if reason := _reason_against(one, other, name, common):
        return {
            "criteria": common,
            "difference": None,
            "ci": None,
            "order_kept": None,
            "claim": NO_CLAIM,
            "reason": reason,
        }
    difference = _score(one, common) - _score(other, common)
    ci = percentiles(_draws(one, common) - _shuffled(_draws(other, common), one.formulas.seed))
    share = _order_kept(one, other, common, difference)
    shared = one.log == other.log != ""
    claim = NO_CLAIM if shared else _claim(difference, ci, share, one.formulas.order_kept)
    result = {"criteria": common, "difference": difference, "ci": ci, "order_kept": share}
    return result | {"claim": claim} | ({"reason": SHARED} if shared else {})


def _reason_against(
    one: Comparable, other: Comparable, name: str, common: Collection[str]
) -> str | None:
    """Return why a dimension cannot be compared: other criteria, or too few in common."""
    variant = one.variants.get(name)
    if variant != other.variants.get(name):
        return UNLIKE
    core = [c for c in one.formulas.dimensions[name].core if c != variant]
    return FEW if len(common) < 2 or not set(core) <= set(common) else None


def _claim(difference: float, ci: tuple[float, float] | None, share: float, minimum: float) -> str:
    if ci is None or ci[0] <= 0 <= ci[1] or share < minimum:
        return NO_CLAIM
    return "higher" if difference > 0 else "lower"


def _score(side: Comparable, common: list[str]) -> float:
    # Used criteria have a score, so the mean is never None.
    return geometric_mean([side.criteria[c] for c in common], side.formulas.floor) or 0.0


def _draws(side: Comparable, common: list[str]) -> Array:
    return combined_draws([side.draws[c] for c in common], side.formulas.floor)


def _shuffled(draws: Array, seed: int) -> Array:
    """Return the other side's draws in another order, since both used the same random numbers."""
    return generator(seed, PAIRING).permutation(draws)


def _order_kept(one: Comparable, other: Comparable, common: list[str], difference: float) -> float:
    """Return the share of weightings (equal on both sides) that leave the order unchanged."""
    both = (one.normalised, other.normalised)
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


def _has(side: Comparable, criterion: str, shared: set[str]) -> bool:
    return any(name in shared for name in side.formulas.criteria[criterion])

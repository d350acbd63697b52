"""Two processes, or two periods, side by side: which claims the figures bear."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deliberate.citivoice.aggregation import combined_draws, criterion_draws, weighted_scores
from deliberate.citivoice.catalogue import Formulas
from deliberate.citivoice.formulas import Array, geometric_mean
from deliberate.citivoice.resampling import PAIRING, generator, percentiles
from deliberate.citivoice.scores import Scores

NO_CLAIM = "no difference can be claimed"
FEW, SHARED = "few", "shared_acts"


class NotComparable(ValueError):
    """The two scores come from different versions of the formulas."""


@dataclass(frozen=True)
class Comparable:
    """What of scores a comparison reads, small enough to be kept: some 80 kilobytes.

    `log` tells whether two of them were counted from the same process of a log ("" where its head
    is unknown); `used` are the criteria of each headline number that has a score; `draws` their
    values in every draw.
    """

    formulas: Formulas
    log: str
    used: Mapping[str, tuple[str, ...]]
    criteria: Mapping[str, float | None]
    normalised: Mapping[str, float | None]
    draws: Mapping[str, Array]

    @classmethod
    def of(cls, scores: Scores) -> Comparable:
        """Take from scores what is compared."""
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
            normalised={name: found.normalised for name, found in scores.findings.items()},
            draws={
                c: criterion_draws(scores.formulas, c, scores.findings)
                for c in sorted({c for criteria in used.values() for c in criteria})
            },
        )

    def to_bytes(self) -> bytes:
        """The same to be kept, to the last bit."""
        said = {
            "formulas": self.formulas.version,
            "log": self.log,
            "used": {name: list(criteria) for name, criteria in self.used.items()},
            "criteria": dict(self.criteria),
            "normalised": dict(self.normalised),
        }
        kept = io.BytesIO()
        np.savez_compressed(kept, allow_pickle=False, said=np.array(json.dumps(said)), **self.draws)
        return kept.getvalue()

    @classmethod
    def from_bytes(cls, kept: bytes, formulas: Formulas) -> Comparable:
        """Read what was kept; raises `NotComparable` if it comes from other formulas."""
        with np.load(io.BytesIO(kept), allow_pickle=False) as found:
            said = json.loads(str(found["said"]))
            draws = {name: found[name] for name in found.files if name != "said"}
        if said["formulas"] != formulas.version:
            raise NotComparable(f"formulas {said['formulas']} and {formulas.version}")
        used = {name: tuple(criteria) for name, criteria in said["used"].items()}
        return cls(formulas, said["log"], used, said["criteria"], said["normalised"], draws)


def compare(one: Scores | Comparable, other: Scores | Comparable) -> dict[str, Any]:
    """Set the headline numbers of `one` against those of `other`, on the criteria both have.

    A claim needs an interval of the difference without 0 and the same order under nine tenths of
    the random weightings. Two periods of one process both begin with it, so that the acts of the
    shorter one are in both, and none is made. Raises `NotComparable` under different formulas.
    """
    first, second = (
        side if isinstance(side, Comparable) else Comparable.of(side) for side in (one, other)
    )
    if first.formulas.version != second.formulas.version:
        raise NotComparable(f"formulas {first.formulas.version} and {second.formulas.version}")
    return {name: _dimension(first, second, name) for name in first.used}


def _dimension(one: Comparable, other: Comparable, name: str) -> dict[str, Any]:
    common = [c for c in one.used[name] if c in other.used[name]]
    core = one.formulas.dimensions[name].core
    if len(common) < 2 or any(c not in common for c in core):
        return {
            "criteria": common,
            "difference": None,
            "ci": None,
            "order_kept": None,
            "claim": NO_CLAIM,
            "reason": FEW,
        }
    difference = _score(one, common) - _score(other, common)
    ci = percentiles(_draws(one, common) - _shuffled(_draws(other, common), one.formulas.seed))
    kept = _order_kept(one, other, common, difference)
    shared = one.log == other.log != ""
    claim = NO_CLAIM if shared else _claim(difference, ci, kept, one.formulas.order_kept)
    found = {"criteria": common, "difference": difference, "ci": ci, "order_kept": kept}
    return found | {"claim": claim} | ({"reason": SHARED} if shared else {})


def _claim(difference: float, ci: tuple[float, float] | None, kept: float, least: float) -> str:
    if ci is None or ci[0] <= 0 <= ci[1] or kept < least:
        return NO_CLAIM
    return "higher" if difference > 0 else "lower"


def _score(side: Comparable, common: list[str]) -> float:
    # Criteria in use have a score, so the mean is there.
    return geometric_mean([side.criteria[c] for c in common], side.formulas.floor) or 0.0


def _draws(side: Comparable, common: list[str]) -> Array:
    return combined_draws([side.draws[c] for c in common], side.formulas.floor)


def _shuffled(draws: Array, seed: int) -> Array:
    """The other side's draws in another order, since both began with the same random numbers."""
    return generator(seed, PAIRING).permutation(draws)


def _order_kept(one: Comparable, other: Comparable, common: list[str], difference: float) -> float:
    """Share of weightings, the same for both, under which the order stays."""
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

"""Deliberation, from the facts of threads: who answered whom, across which lines, how evenly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.catalogue import Formulas
from deliberate.citivoice.facts import Table
from deliberate.citivoice.formulas import Array, kappa
from deliberate.citivoice.resampling import PROPOSALS, Cells, resampled
from deliberate.citivoice.statistics import Measure, ratio, ratios

TALKED_FROM = 5
REASON_TOP = 3
Columns = dict[str, NDArray[Any]]

# Each indicator as sums over threads: numerator, denominator, opportunities by name.
SUMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "DQ1.1": ("answered_by_other", "comments", {"comments": "comments", "threads": "threads"}),
    "DQ1.2": ("replies_to_other", "comments", {"comments": "comments", "threads": "threads"}),
    "DQ2.1": ("turns", "turn_chances", {"comments": "comments", "threads": "threads"}),
    "DQ2.2": ("pairs_returned", "pairs", {"comments": "comments", "threads": "threads"}),
    "DQ3.1": ("cross", "chance", {"stance_replies": "sided_replies"}),
    "DQ3.2": ("two_sided", "sided", {"threads": "sided"}),
    "DQ4.1": ("top_share", "large", {"threads": "large"}),
    "DQ5.1": ("reason_sum", "reason_most", {"coded": "coded"}),
    "DQ6.1": ("upheld", "comments", {"comments": "comments"}),
}


def measure_talk(
    threads: Table,
    formulas: Formulas,
    *,
    coding: Table | None = None,
    decisions: int = 0,
    draws: int | None = None,
) -> tuple[dict[str, Measure], dict[str, int]]:
    """Measure DQ1 to DQ6 on thread facts, and count what the dimension's own minimum asks for.

    `coding`: the two coders' cross table; `decisions`: moderation decisions; `draws` 0 leaves the
    bootstrap out.
    """
    columns = _columns(threads)
    cells = Cells.of(*columns.values())
    names = list(columns)
    totals = dict(zip(names, cells.sums().tolist(), strict=True))
    size = formulas.draws if draws is None else draws
    drawn = dict(zip(names, resampled(cells, size, formulas.seed, PROPOSALS).T, strict=True))
    refused = {
        "DQ5.1": _unreliable(coding, formulas),
        "DQ6.1": None if decisions else "not_moderated",
    }
    parts = {"DQ5.1": {"kappa": coders_kappa(coding)}}
    measures = {
        name: _measure(
            name, formulas, totals, drawn, cells.clusters, refused.get(name), parts.get(name, {})
        )
        for name in SUMS
    }
    return measures, {"threads_of_5": int(totals["large"]), "comments": int(totals["comments"])}


def coders_kappa(coding: Table | None) -> float | None:
    """How far the two coders of reasons agree (quadratic weights); None without coded comments."""
    if coding is None or not len(coding["comments"]):
        return None
    table = np.zeros((REASON_TOP + 1, REASON_TOP + 1))
    np.add.at(table, (coding["reason_a"], coding["reason_b"]), coding["comments"])
    return kappa(table)


def _unreliable(coding: Table | None, formulas: Formulas) -> str | None:
    agreed = coders_kappa(coding)
    least = formulas.indicators["DQ5.1"].extra["kappa"]
    return None if agreed is not None and agreed >= least else "unreliable"


def _measure(
    name: str,
    formulas: Formulas,
    totals: Mapping[str, float],
    drawn: Mapping[str, Array],
    clusters: int,
    refused: str | None,
    parts: Mapping[str, Any],
) -> Measure:
    over, under, chances = SUMS[name]
    indicator = formulas.indicators[name]
    value = ratio(totals[over], totals[under], indicator.floor)
    return Measure(
        value=None if value is None else value * indicator.scale,
        numerator=totals[over],
        denominator=totals[under],
        opportunities={chance: int(totals[column]) for chance, column in chances.items()},
        clusters=clusters,
        replicates=ratios(drawn[over], drawn[under], indicator.floor) * indicator.scale,
        refused=refused,
        parts=parts,
    )


def _columns(table: Table) -> Columns:
    """The summands of every indicator, one value for each thread with a comment."""
    t = {name: values[table["comments"] > 0] for name, values in table.items()}
    none = np.zeros(len(t["comments"]), dtype=np.int64)
    sides = t["stance_for"] + t["stance_against"]
    lesser = np.minimum(t["stance_for"], t["stance_against"])
    both = lesser > 0
    known = np.maximum(sides, 1)
    large = t["comments"] >= TALKED_FROM
    plain = (
        "comments",
        "answered_by_other",
        "replies_to_other",
        "turn_chances",
        "turns",
        "pairs",
        "pairs_returned",
    )
    coded = t.get("coded", none)
    return {name: t[name] for name in plain} | {
        "threads": none + 1,
        "cross": np.where(both, t["cross_replies"], 0),
        "sided_replies": np.where(both, t["stance_replies"], 0),
        "chance": t["stance_replies"]
        * 2
        * (t["stance_for"] / known)
        * (t["stance_against"] / known),
        "sided": (sides >= TALKED_FROM).astype(np.int64),
        "two_sided": ((sides >= TALKED_FROM) & (lesser * 5 >= sides)).astype(np.int64),
        "large": large.astype(np.int64),
        "top_share": np.where(large, t["top_author_comments"] / t["comments"], 0.0),
        "coded": coded,
        "reason_sum": t.get("reason_sum", none),
        "reason_most": coded * 2 * REASON_TOP,
        "upheld": t.get("upheld", none),
    }

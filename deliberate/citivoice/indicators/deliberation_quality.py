"""Deliberation quality (DQ) from thread facts: replies, turns, stances and equality of voice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.indicators.formulas import Array, chance_gini, gini, kappa
from deliberate.citivoice.indicators.resampling import PROPOSALS, ClusterCells, bootstrap
from deliberate.citivoice.indicators.statistics import Measurement, ratio, ratio_draws
from deliberate.citivoice.reduction.facts import Table

MIN_COMMENTS = 5
MILLION = 1_000_000
CHANCE_POINTS = 25
MAX_REASON = 3
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


# The same under the rule `standing_sides`: the thread as it was at the time of each reply.
STANDING_SUMS = SUMS | {
    "DQ3.1": ("cross_sided", "chance_standing", {"stance_replies": "all_sided_replies"}),
    "DQ3.2": ("two_sided_standing", "sided_standing", {"threads": "sided_standing"}),
}


def measure_deliberation(
    threads: Table,
    formulas: Formulas,
    *,
    voices: Table | None = None,
    coding: Table | None = None,
    decisions: int = 0,
    draws: int | None = None,
) -> tuple[dict[str, Measurement], dict[str, int]]:
    """Return the measurements of DQ1 to DQ6 and the counts for the dimension's minimum.

    `voices` are authors by number of comments, `coding` is the cross table of the two coders,
    `decisions` the number of moderation decisions;
    `draws` 0 skips the bootstrap.
    """
    standing = "standing_sides" in formulas.rules
    columns = _columns(threads) | (_standing_columns(threads) if standing else {})
    cells = ClusterCells.of(*columns.values())
    names = list(columns)
    totals = dict(zip(names, cells.sums().tolist(), strict=True))
    size = formulas.draws if draws is None else draws
    drawn = dict(zip(names, bootstrap(cells, size, formulas.seed, PROPOSALS).T, strict=True))
    refused = {
        "DQ5.1": _unreliable(coding, formulas),
        "DQ6.1": None if decisions else "not_moderated",
    }
    parts = {"DQ5.1": {"kappa": coder_kappa(coding)}}
    measures = {
        name: _measure(
            name, formulas, totals, drawn, cells.clusters, refused.get(name), parts.get(name, {})
        )
        for name in SUMS
    }
    if "DQ4.2" in formulas.indicators and voices is not None:
        measures["DQ4.2"] = _equal_voices(voices, totals, drawn, cells.clusters)
    return measures, {"threads_of_5": int(totals["large"]), "comments": int(totals["comments"])}


def coder_kappa(coding: Table | None) -> float | None:
    """Return the quadratic weighted kappa of the two coders of reasons; None without coded
    comments.
    """
    if coding is None or not len(coding["comments"]):
        return None
    table = np.zeros((MAX_REASON + 1, MAX_REASON + 1))
    np.add.at(table, (coding["reason_a"], coding["reason_b"]), coding["comments"])
    return kappa(table)


def _unreliable(coding: Table | None, formulas: Formulas) -> str | None:
    agreed = coder_kappa(coding)
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
) -> Measurement:
    standing = "standing_sides" in formulas.rules
    over, under, chances = (STANDING_SUMS if standing else SUMS)[name]
    indicator = formulas.indicators[name]
    value = ratio(totals[over], totals[under], indicator.floor)
    return Measurement(
        value=None if value is None else value * indicator.scale,
        numerator=totals[over],
        denominator=totals[under],
        opportunities={chance: int(totals[column]) for chance, column in chances.items()},
        clusters=clusters,
        replicates=ratio_draws(
            drawn[over], drawn[under], indicator.floor, name == "DQ3.1" and standing
        )
        * indicator.scale,
        refused=refused,
        parts=parts,
    )


def _equal_voices(
    voices: Table, totals: Mapping[str, float], drawn: Mapping[str, Array], clusters: int
) -> Measurement:
    """Return 1 - Gini of comments over their authors, against that of equal chances."""
    written = np.repeat(voices["comments"], voices["authors"])
    authors, comments = len(written), int(written.sum())
    value, replicates, chance = None, None, 0.0
    if comments:
        chance = chance_gini(authors, comments)
        value = (1 - (gini(written) or 0.0)) / (1 - chance)
    if comments and len(drawn["rank_sum"]):
        wrote = drawn["comments"] * (comments / totals["comments"])
        replicates = _drawn_equality(drawn, authors, wrote)
    return Measurement(
        value=value,
        numerator=0 if value is None else value * (1 - chance),
        denominator=1 - chance if comments else 0,
        opportunities={"comments": comments, "people": authors},
        clusters=clusters,
        replicates=replicates,
        parts={"authors": authors, "chance_gini": chance} if comments else {},
    )


def _drawn_equality(drawn: Mapping[str, Array], authors: int, wrote: Array) -> Array:
    """Return the equality of voices in each draw, in which `wrote` comments were written.

    The Gini coefficient is a sum over threads once every author's rank is known; ranks that
    change in a draw change it in the second order only, so draws of threads leave the ranks.
    """
    points = np.linspace(wrote.min(), wrote.max(), CHANCE_POINTS).round()
    chances = np.interp(wrote, points, [chance_gini(authors, int(n)) for n in points])
    return (1 - drawn["rank_sum"] / (authors * wrote)) / (1 - chances)


def _columns(table: Table) -> Columns:
    """Return the summands of every indicator, one value per thread with a comment."""
    t = {name: values[table["comments"] > 0] for name, values in table.items()}
    none = np.zeros(len(t["comments"]), dtype=np.int64)
    sides = t["stance_for"] + t["stance_against"]
    lesser = np.minimum(t["stance_for"], t["stance_against"])
    both = lesser > 0
    known = np.maximum(sides, 1)
    large = t["comments"] >= MIN_COMMENTS
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
        "sided": (sides >= MIN_COMMENTS).astype(np.int64),
        "two_sided": ((sides >= MIN_COMMENTS) & (lesser * 5 >= sides)).astype(np.int64),
        "large": large.astype(np.int64),
        "top_share": np.where(large, t["top_author_comments"] / t["comments"], 0.0),
        "coded": coded,
        "reason_sum": t.get("reason_sum", none),
        "reason_most": coded * 2 * MAX_REASON,
        "upheld": t.get("upheld", none),
    }


def _standing_columns(table: Table) -> Columns:
    """Return the summands that use the sides of people at the time of each reply."""
    t = {name: values[table["comments"] > 0] for name, values in table.items()}
    sides = t["side_for"] + t["side_against"]
    lesser = np.minimum(t["side_for"], t["side_against"])
    return {
        "cross_sided": t["cross_sided"],
        "rank_sum": t.get("rank_sum", np.zeros(len(sides), dtype=np.int64)),
        "all_sided_replies": t["sided_replies"],
        "chance_standing": t["chance_millionths"] / MILLION,
        "sided_standing": (sides >= MIN_COMMENTS).astype(np.int64),
        "two_sided_standing": ((sides >= MIN_COMMENTS) & (lesser * 5 >= sides)).astype(np.int64),
    }

"""Sustained participation (SP) and inclusion (IN) from counts of people, never single persons."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.indicators.formulas import (
    Array,
    chance_dissimilarity,
    dissimilarity,
    divergence,
    jensen_shannon,
)
from deliberate.citivoice.indicators.resampling import PEOPLE, ClusterCells, bootstrap
from deliberate.citivoice.indicators.statistics import Measurement, ratio, ratio_draws
from deliberate.citivoice.inputs.process import MERGED_BAND
from deliberate.citivoice.reduction.facts import Facts, Table, is_missing

MIN_RESIDENTS = 5
TOP_SHARE_DIVISOR = 10


@dataclass(frozen=True)
class OpenWeeks:
    """The columns with the weeks that count, for people and for weeks."""

    next4: str = "next4"
    later: str = "later"
    week: str = "is_open"


OPEN, DUE = OpenWeeks(), OpenWeeks("due_next4", "due_later", "is_due")
SPANNED = OpenWeeks("span_next4", "span_later", "is_spanned")


def measure_sustained_participation(
    cells: Table,
    weeks: Table,
    formulas: Formulas,
    *,
    arrivals: Table | None = None,
    counting: OpenWeeks = OPEN,
) -> dict[str, Measurement]:
    """Return the measurements of SP1, SP2, SP4 and SP5 from person cells and weeks.

    With `arrivals`, intervals draw what brought people in instead of single people.
    """
    people = cells["people"]
    next4, later = cells[counting.next4], cells[counting.later]
    taken = np.maximum(cells["supported"], cells["contributed"])
    shares = {
        "SP1.1": ("newcomers", cells["returned"] * next4, next4),
        "SP2.1": ("people", cells["weeks2"] * later, later),
        "SP5.1": ("people", cells["contributed"], taken),
    }
    drawn = ClusterCells.of(
        *(column for _, *pair in shares.values() for column in pair), counts=people
    )
    totals = drawn.sums().reshape(-1, 2)
    draws = bootstrap(drawn, formulas.draws, formulas.seed, PEOPLE)
    measures = {
        name: _share(word, totals[i], draws[:, 2 * i : 2 * i + 2], int(people.sum()))
        for i, (name, (word, *_)) in enumerate(shares.items())
    }
    if arrivals is not None and len(arrivals["arrivals"]):
        clustered = _clustered_draws(arrivals, formulas)
        measures = {name: _clustered(m, clustered[name]) for name, m in measures.items()}
    return measures | {"SP4.1": _weeks(weeks, counting.week)}


def _clustered_draws(arrivals: Table, formulas: Formulas) -> dict[str, tuple[Array, int]]:
    """Return the draws of each share, and its number of groups that could have counted."""
    pairs = {
        "SP1.1": ("returned", "newcomers"),
        "SP2.1": ("weeks2", "people"),
        "SP5.1": ("contributed", "taking_part"),
    }
    names = [name for pair in pairs.values() for name in pair]
    cells = ClusterCells.of(*(arrivals[name] for name in names), counts=arrivals["arrivals"])
    drawn = dict(zip(names, bootstrap(cells, formulas.draws, formulas.seed, PEOPLE).T, strict=True))
    return {
        name: (
            ratio_draws(drawn[over], drawn[under]),
            int(arrivals["arrivals"][arrivals[under] > 0].sum()),
        )
        for name, (over, under) in pairs.items()
    }


def _clustered(measure: Measurement, clustered: tuple[Array, int]) -> Measurement:
    """Return a measurement with the draws of its groups, and their design effect."""
    draws, groups = clustered
    alone = np.nan if measure.value is None else measure.value * (1 - measure.value)
    effect = None
    if measure.denominator and alone > 0 and not np.isnan(draws).all():
        effect = float(np.nanvar(draws) / (alone / measure.denominator))
    parts = {"groups": groups, "design_effect": effect}
    return replace(measure, replicates=draws, clusters=groups, parts=parts)


def measure_inclusion(facts: Facts, formulas: Formulas) -> dict[str, Measurement]:
    """Return the measurements of IN1 to IN3: groups, districts, concentration of comments."""
    groups, population = facts["group_facts"], facts["population_facts"]
    return {
        "IN1.1": _representation(groups, population, formulas),
        "IN2.1": _districts(groups, population, formulas),
        "IN3.1": _concentration(facts.scope("author_facts", "counted"), formulas),
    }


def most_active_share(cells: ClusterCells, counts: Array) -> Array:
    """Return the share of comments by the ceil(10 %) most active, for draws of comment cells."""
    comments = cells.rows[::-1, 0]
    authors = counts[:, ::-1]
    top = math.ceil(cells.clusters / TOP_SHARE_DIVISOR)
    taken = np.clip(top - (np.cumsum(authors, axis=1) - authors), 0, authors)
    return np.asarray((taken @ comments) / (authors @ comments))


def _share(word: str, totals: Array, draws: Array, candidates: int) -> Measurement:
    over, under = totals.tolist()
    return Measurement(
        value=ratio(over, under),
        numerator=over,
        denominator=under,
        opportunities={word: int(under)},
        clusters=int(under),
        candidates=candidates,
        replicates=ratio_draws(draws[:, 0], draws[:, 1]),
    )


def _weeks(weeks: Table, column: str) -> Measurement:
    due = (weeks[column] == 1) & (weeks["is_full"] == 1)
    over, under = int((due & (weeks["residents"] >= MIN_RESIDENTS)).sum()), int(due.sum())
    return Measurement(ratio(over, under), over, under, {"weeks": under}, clusters=under)


def _fields_with_shares(population: Table) -> list[str]:
    """Return the declared fields whose shares in the population are known."""
    rows = zip(population["field"], population["share"], strict=True)
    return sorted({field for field, share in rows if not is_missing(share)})


def _representation(groups: Table, population: Table, formulas: Formulas) -> Measurement:
    least = max(formulas.indicators["IN1.1"].minimum["declared"], 1)
    fields = _fields_with_shares(population)
    counted = {name: _field(groups, population, name) for name in fields}
    sizes = {name: _compared_people(*pair) for name, pair in counted.items()}
    used = [name for name in fields if sizes[name] >= least]
    values = {name: _excess(*counted[name]) for name in used}
    draws = [_excess_draws(*counted[name], formulas) for name in used]
    total = sum(values.values())
    return Measurement(
        value=total / len(used) if used else None,
        numerator=total,
        denominator=len(used),
        opportunities={"declared": max(sizes.values(), default=0)},
        clusters=max(sizes.values(), default=0),
        replicates=np.mean(draws, axis=0) if draws else None,
        refused=None if fields else "source",
        parts={"fields": {name: _field_details(*counted[name]) for name in used}},
    )


def _compared_people(people: Array, shares: Array) -> int:
    """Return the people of a field; none where all bands are merged, as nothing is compared."""
    return int(people.sum()) if len(shares) > 1 else 0


def _people_by_band(groups: Table, name: str) -> dict[str, int]:
    mine = groups["field"] == name
    return dict(zip(groups["band"][mine], groups["people"][mine].tolist(), strict=True))


def _field(groups: Table, population: Table, name: str) -> tuple[Array, Array]:
    """Return people and population shares of one field, by band of the population.

    Bands that were counted together are one band here, with the sum of their shares.
    """
    mine = (population["field"] == name) & ~np.isnan(population["share"])
    bands, shares = population["band"][mine], population["share"][mine]
    people = _people_by_band(groups, name)
    counts = np.array([people.get(band, 0) for band in bands], dtype=np.float64)
    if MERGED_BAND in people:
        is_single = np.array([band in people for band in bands], dtype=bool)
        counts = np.append(counts[is_single], people[MERGED_BAND])
        shares = np.append(shares[is_single], shares[~is_single].sum())
    return counts, shares / shares.sum()


def _excess(people: Array, shares: Array) -> float:
    return max(0.0, dissimilarity(people, shares) - chance_dissimilarity(int(people.sum()), shares))


def _excess_draws(people: Array, shares: Array, formulas: Formulas) -> Array:
    chance = chance_dissimilarity(int(people.sum()), shares)
    cells = ClusterCells(shares[:, None], people.astype(np.int64))

    def figure(counts: Array) -> Array:
        p = counts / counts.sum(axis=1, keepdims=True)
        return np.asarray(np.maximum(0.0, np.abs(p - shares).sum(axis=1) / 2 - chance))

    return bootstrap(cells, formulas.draws, formulas.seed, PEOPLE, figure)


def _field_details(people: Array, shares: Array) -> dict[str, Any]:
    n = int(people.sum())
    return {
        "n": n,
        "dissimilarity": dissimilarity(people, shares),
        "chance": chance_dissimilarity(n, shares),
        "kl_nats": divergence(people, shares),
        "jsd_base2": jensen_shannon(people, shares),
    }


def _districts(groups: Table, population: Table, formulas: Formulas) -> Measurement:
    """Return the share of districts with enough people; merged ones are not among these."""
    names = sorted(set(population["band"][population["field"] == "district"]))
    people = _people_by_band(groups, "district")
    counts = np.array([people.get(name, 0) for name in names], dtype=np.int64)
    over = int((counts >= MIN_RESIDENTS).sum())
    drawn_from = np.sort(counts)
    if MERGED_BAND in people:
        drawn_from = np.append(drawn_from, people[MERGED_BAND])
    is_known = bool(counts.any()) or MERGED_BAND not in people
    declared = int(drawn_from.sum()) if is_known else 0

    def figure(drawn: Array) -> Array:
        return np.asarray((drawn[:, : len(names)] >= MIN_RESIDENTS).mean(axis=1))

    cells = ClusterCells(drawn_from[:, None].astype(np.float64), drawn_from)
    return Measurement(
        value=ratio(over, len(names)) if is_known else None,
        numerator=over,
        denominator=len(names),
        opportunities={"declared": declared},
        clusters=len(names),
        replicates=bootstrap(cells, formulas.draws, formulas.seed, PEOPLE, figure).ravel(),
        refused=None if names else "source",
    )


def _concentration(authors: Table, formulas: Formulas) -> Measurement:
    cells = ClusterCells.of(authors["comments"], counts=authors["authors"])
    comments = float(cells.sums()[0])
    value = None
    if comments:
        value = float(most_active_share(cells, cells.counts[None, :].astype(np.float64))[0])

    def figure(counts: Array) -> Array:
        return most_active_share(cells, counts)

    return Measurement(
        value=value,
        numerator=round((value or 0) * comments),
        denominator=comments,
        opportunities={"comments": int(comments), "people": cells.clusters},
        clusters=cells.clusters,
        replicates=bootstrap(cells, formulas.draws, formulas.seed, PEOPLE, figure).ravel(),
    )

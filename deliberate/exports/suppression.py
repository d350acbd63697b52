"""Small-cell suppression: groups that could identify people are not released."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deliberate import citivoice


def suppress_small_cells(people: Sequence[int], least: int) -> list[bool]:
    """Return which bands of a field may be released: none under `least`, nor any that reveals one.

    Where a band is suppressed, the next larger ones are too until at least two bands and `least`
    people are missing: otherwise the total would reveal it.
    """
    released = [True] * len(people)
    if min(people, default=least) >= least:
        return released
    missing, bands = 0, 0
    for band in sorted(range(len(people)), key=lambda i: (people[i], i)):
        if people[band] >= least and bands >= 2 and missing >= least:
            break
        released[band] = False
        missing, bands = missing + people[band], bands + 1
    return released


def without_small_groups(facts: citivoice.Facts, least: int) -> citivoice.Facts:
    """Return the facts without small groups; the same object where none is too small."""
    table = facts["group_facts"]
    keep = np.ones(len(table["people"]), dtype=bool)
    for field in sorted(set(table["field"])):
        rows = np.flatnonzero(table["field"] == field)
        keep[rows] = suppress_small_cells(table["people"][rows].tolist(), least)
    if keep.all():
        return facts
    released = {name: column[keep] for name, column in table.items()}
    return replace(facts, tables={**facts.tables, "group_facts": released})


def redacted_scores(scores: citivoice.Scores, least: int) -> citivoice.Scores:
    """Return the scores computed from the released facts, so that a recount finds the same."""
    facts = without_small_groups(scores.facts, least)
    if facts is scores.facts:
        return scores
    return citivoice.judge(facts, scores.formulas, scores.judged)

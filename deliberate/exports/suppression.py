"""Small cells: what would single people out of the groups they declared stays in the house."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deliberate import citivoice


def suppress_small_cells(people: Sequence[int], least: int) -> list[bool]:
    """Which bands of one field may be told: none under `least`, nor any that tells one left out.

    Where a band is left out, the next larger ones go with it until what is missing is at least
    two bands and `least` people: otherwise a total would give it back.
    """
    shown = [True] * len(people)
    if min(people, default=least) >= least:
        return shown
    missing, bands = 0, 0
    for place in sorted(range(len(people)), key=lambda p: (people[p], p)):
        if people[place] >= least and bands >= 2 and missing >= least:
            break
        shown[place] = False
        missing, bands = missing + people[place], bands + 1
    return shown


def without_small_groups(facts: citivoice.Facts, least: int) -> citivoice.Facts:
    """The facts as they leave; the very same where no group is too small."""
    table = facts["group_facts"]
    keep = np.ones(len(table["people"]), dtype=bool)
    for field in sorted(set(table["field"])):
        mine = np.flatnonzero(table["field"] == field)
        keep[mine] = suppress_small_cells(table["people"][mine].tolist(), least)
    if keep.all():
        return facts
    told = {name: column[keep] for name, column in table.items()}
    return replace(facts, tables={**facts.tables, "group_facts": told})


def redacted_scores(scores: citivoice.Scores, least: int) -> citivoice.Scores:
    """The scores with facts that may leave, judged from just these: who recounts finds the same."""
    facts = without_small_groups(scores.facts, least)
    if facts is scores.facts:
        return scores
    return citivoice.judge(facts, scores.formulas, scores.judged)

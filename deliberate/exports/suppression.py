"""Small-cell suppression: groups that could identify people are not released."""

from dataclasses import replace

import numpy as np

from deliberate import citivoice
from deliberate.citivoice.reduction.facts import table_from_rows
from deliberate.citivoice.scoring.scores import excluded_by_role, has_few_accounts
from deliberate.queries.scores.small_groups import suppress_small_cells

EXCLUDED = "excluded_facts"
VERIFIED_TABLES = ("run_facts", "voice_facts", "person_cells", "week_facts")


def without_small_groups(facts: citivoice.Facts, least: int) -> citivoice.Facts:
    """Return the facts without small groups, verified residents alone and few excluded accounts.

    A thread or a number of comments of one author would reveal whether that author is verified. The
    result is the same object where there is nothing to leave out.
    """
    table = facts["group_facts"]
    keep = np.ones(len(table["people"]), dtype=bool)
    for field in sorted(set(table["field"])):
        rows = np.flatnonzero(table["field"] == field)
        keep[rows] = suppress_small_cells(table["people"][rows].tolist(), least)
    if not keep.all():
        facts = replace(facts, tables={**facts.tables, "group_facts": _rows(table, keep)})
    return without_few_excluded(without_verified_alone(facts))


def without_verified_alone(facts: citivoice.Facts) -> citivoice.Facts:
    """Return the facts without those of verified residents alone: the same object if none are."""
    tables = {}
    for name in VERIFIED_TABLES:
        others = facts[name]["scope"] != citivoice.VERIFIED_ONLY
        if not others.all():
            tables[name] = _rows(facts[name], others)
    return replace(facts, tables={**facts.tables, **tables}) if tables else facts


def without_few_excluded(facts: citivoice.Facts) -> citivoice.Facts:
    """Return the facts with the excluded accounts as the scoreboard has them.

    Why an account was reclassified is left out, and where a role has few accounts, so are the
    comments of all. The result is the same object where there is nothing to leave out.
    """
    rows = excluded_by_role(facts[EXCLUDED])
    are_few = has_few_accounts(rows)
    shown = table_from_rows(
        EXCLUDED,
        [(role, accounts, 0 if are_few else n) for role, (accounts, n) in sorted(rows.items())],
    )
    if not citivoice.differing_tables(
        replace(facts, tables={**facts.tables, EXCLUDED: shown}), facts
    ):
        return facts
    return replace(facts, tables={**facts.tables, EXCLUDED: shown})


def _rows(table: citivoice.Table, chosen: np.ndarray) -> citivoice.Table:
    return {name: column[chosen] for name, column in table.items()}


def redacted_scores(scores: citivoice.Scores, least: int) -> citivoice.Scores:
    """Return the scores computed from the released facts, so that a recount finds the same."""
    facts = without_small_groups(scores.facts, least)
    if facts is scores.facts:
        return scores
    return citivoice.judge(facts, scores.formulas, scores.judged)

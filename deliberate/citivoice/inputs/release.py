"""A research release as input: facts from its rows, and from fact files where rows are withheld."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np

from deliberate.citivoice.inputs.process import Process
from deliberate.citivoice.reduction.facts import Facts, Table, is_missing

# Private and internal kinds that a score depends on, and the tables made from them: whole tables
# ("*"), or single columns of tables whose rows are identified by a key.
WITHHELD: dict[str, dict[str, str]] = {
    "account.reclassified": {
        "thread_facts": "*",
        "run_facts": "*",
        "author_facts": "*",
        "month_facts": "*",
        "depth_facts": "*",
        "stance_facts": "*",
        "rhythm_facts": "*",
        "excluded_facts": "*",
        "process_facts": "*",
        "response_facts": "*",
        "person_cells": "*",
        "week_facts": "*",
        "active_facts": "*",
        "cohort_facts": "*",
        "arrival_facts": "*",
        "voice_facts": "*",
        "verification_facts": "*",
        "circle_facts": "*",
        "group_facts": "*",
        "coding_facts": "*",
        "consultation_facts": "*",
    },
    "support.given": {
        "person_cells": "*",
        "week_facts": "*",
        "active_facts": "*",
        "cohort_facts": "*",
        "arrival_facts": "*",
        "verification_facts": "*",
        "group_facts": "*",
        "voice_facts": "*",
        "circle_facts": "*",
        "run_facts": "*",
        "process_facts": "active_last4",
        "response_facts": "people_before people_after control_before control_after",
    },
    "resident.verified": {
        "run_facts": "*",
        "voice_facts": "*",
        "verification_facts": "*",
        "person_cells": "*",
        "week_facts": "*",
    },
    "comment.coded": {"coding_facts": "*", "thread_facts": "coded reason_sum"},
    "answer.audited": {"response_facts": "audited confirmed"},
    "group.declared": {"group_facts": "*"},
    "groups.counted": {"group_facts": "*"},
    "band.counted": {"group_facts": "*"},
}
WITHHELD["release.built"] = WITHHELD["release.removed"] = {"process_facts": "releases"}
WITHHELD["verification.ended"] = WITHHELD["resident.verified"]
for _kind in (
    "support.taken_back",
    "ballot.cast",
    "ballot.objected",
    "attendance.noted",
    "attendance.retracted",
):
    WITHHELD[_kind] = WITHHELD["support.given"]
# Times of release rows are cut to the hour; latency was taken from the exact ones.
TRUNCATED_TIMES = {"process_facts": "latency_low latency_high"}
# What the process is, as the platform knew it.
PROCESS_TABLES = {"window_facts": "*", "population_facts": "*"}
KEYS = {
    "thread_facts": ("scope", "proposal_id"),
    "response_facts": ("proposal_id",),
    "process_facts": ("scope",),
}


def complete_facts(rows: Facts, carried: Facts, withheld: Collection[str] | None = None) -> Facts:
    """Return the facts of a release's rows, completed from its fact files where rows are withheld.

    `withheld` names the kinds of missing rows (from the manifest); None takes the kinds that the
    facts were counted from and that a release may withhold.
    """
    known = (carried.one("window_facts", "private_kinds") or "").split()
    taken = _columns_from_facts(known if withheld is None else withheld)
    tables, origin = dict(rows.tables), dict(rows.origin)
    for name, columns in taken.items():
        if "*" in columns:
            tables[name], origin[name] = carried[name], "facts"
        else:
            tables[name] = _with_columns(name, rows[name], carried[name], columns)
            origin[name] = f"rows; {', '.join(sorted(columns))} from facts"
    return Facts(tables, origin)


def _columns_from_facts(missing_kinds: Collection[str]) -> dict[str, set[str]]:
    """Return the columns of each table that cannot be counted without rows of some kinds."""
    kinds = [kind for kind in missing_kinds if kind in WITHHELD]
    taken: dict[str, set[str]] = {}
    for withheld_columns in (*(WITHHELD[kind] for kind in kinds), TRUNCATED_TIMES, PROCESS_TABLES):
        for table, names in withheld_columns.items():
            taken.setdefault(table, set()).update(names.split())
    return taken


def process_from_facts(facts: Facts) -> Process:
    """Return the process that the facts of a release describe."""

    def one(column: str) -> str | None:
        value: str | None = facts.one("window_facts", column)
        return value

    def whole(column: str) -> int | None:
        value: float | None = facts.one("window_facts", column)
        return None if value is None else int(value)

    table = facts["population_facts"]
    shares = zip(table["band"], table["share"], strict=True)
    start, as_of = one("start"), one("as_of")
    carries = one("carries")
    return Process(
        slug=one("process") or "",
        timezone=one("timezone") or "UTC",
        start=datetime.fromisoformat(start) if start else None,
        as_of=datetime.fromisoformat(as_of) if as_of else None,
        log_size=whole("log_size"),
        log_root=one("log_root"),
        sealed_late=whole("sealed_late"),
        source_dated=whole("source_dated"),
        texts=whole("texts"),
        repeated_texts=whole("repeated_texts"),
        population=_population_shares(table),
        districts=tuple(band for band, share in shares if is_missing(share)),
        carries=None if carries is None else frozenset(carries.split()) - {"-"},
    )


def _population_shares(table: Table) -> dict[str, dict[str, float]]:
    """Return the shares of the population by field and band."""
    shares: dict[str, dict[str, float]] = {}
    for name, band, share in zip(table["field"], table["band"], table["share"], strict=True):
        if not is_missing(share):
            shares.setdefault(name, {})[band] = float(share)
    return shares


def differing_tables(chosen: Facts, carried: Facts) -> list[str]:
    """Return the tables counted from rows that differ from the release's own fact files."""
    return [
        name
        for name, origin in chosen.origin.items()
        if origin.startswith("rows") and _sorted_rows(chosen[name]) != _sorted_rows(carried[name])
    ]


def _with_columns(name: str, mine: Table, theirs: Table, columns: set[str]) -> Table:
    """Return the rows' table with some columns taken from the files, matched by key."""
    places = {key: place for place, key in enumerate(_keys(name, theirs))}
    keys = _keys(name, mine)
    known = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    if not len(theirs[KEYS[name][0]]):
        return mine
    return mine | {
        column: np.where(known >= 0, theirs[column][known], mine[column]) for column in columns
    }


def _keys(name: str, table: Table) -> list[tuple[object, ...]]:
    return list(zip(*(table[key] for key in KEYS[name]), strict=True))


def _sorted_rows(table: Table) -> list[tuple[str, ...]]:
    return sorted(zip(*(map(repr, table[c].tolist()) for c in sorted(table)), strict=True))

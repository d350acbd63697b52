"""Fact tables: the counts of a log, on the platform and in a release."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = dict[str, NDArray[Any]]

TALK = """comments authors top_author_comments answered_by_other replies_to_other turn_chances
turns pairs pairs_returned stance_for stance_against stance_replies cross_replies
side_for side_against sided_replies cross_sided chance_millionths"""

# One line per table: text columns, required integers, nullable numbers (None in text, NaN in
# numbers). Files have the columns in this order.
SCHEMA = {
    "thread_facts": (
        "scope proposal_id initiator decision",
        f"{TALK} rank_sum upheld coded reason_sum roots replies orphans self_replies replied_any"
        " level_sum h_index h_index_first_fail",
        "max_depth max_width distance_sum",
    ),
    "run_facts": ("scope", TALK, ""),
    "response_facts": (
        "proposal_id initiator institution_id decision",
        "age_hours hours is_answered reason_chars grounds repeats audited confirmed followed_28d"
        " dialogue people_before people_after control_before control_after accepted_90d traced",
        "",
    ),
    "consultation_facts": ("unit", "contributions due explained", ""),
    "person_cells": (
        "scope",
        "next4 due_next4 span_next4 returned later due_later span_later weeks2 supported"
        " contributed step people",
        "",
    ),
    "week_facts": (
        "scope week",
        "is_open is_due is_spanned is_full residents newcomers comments",
        "",
    ),
    "arrival_facts": (
        "",
        "newcomers returned people weeks2 taking_part contributed arrivals",
        "",
    ),
    "active_facts": ("", "active_weeks people", ""),
    "cohort_facts": ("first_week", "weeks_later people", ""),
    "group_facts": ("field band", "people", ""),
    "coding_facts": ("", "reason_a reason_b comments", ""),
    "author_facts": ("scope", "comments days2 weeks2 months2 authors", ""),
    "voice_facts": ("scope", "comments authors", ""),
    "verification_facts": (
        "",
        "accounts people verified_people comments verified_comments",
        "",
    ),
    "circle_facts": (
        "",
        "accounts replies_inside replies_received replies_given replies",
        "",
    ),
    "month_facts": ("scope", "month comments authors kept_next", ""),
    "depth_facts": ("scope", "depth comments", ""),
    "stance_facts": ("scope", "roots replied descendants", "stance"),
    "rhythm_facts": ("", "gaps gap_sum gap_squares people", ""),
    "excluded_facts": ("reason", "accounts comments", ""),
    "process_facts": (
        "scope",
        "pairs_directed pairs_undirected pairs_mutual pair_people moderators"
        " moderation_decisions active_last4 meetings meetings_minuted releases",
        "latency_low latency_high",
    ),
    "window_facts": (
        "process timezone start as_of log_root carries private_kinds",
        "",
        "log_size sealed_late source_dated rows texts repeated_texts",
    ),
    "population_facts": ("field band", "", "share"),
}


class UnreadableFacts(ValueError):
    """Raised where a folder does not hold the facts of a process."""


@dataclass(frozen=True)
class Facts:
    """The fact tables of one process by name, each a dict of equally long columns.

    `origin` records for each table whether it came from the log's rows ("rows"), from the files of
    a release ("facts"), or which of its columns did. `person_facts` exists only on request: it
    describes single people and is never written to a file. Nor are `pictures`, the data of a few
    charts of numbered, nameless people.
    """

    tables: Mapping[str, Table]
    origin: Mapping[str, str] = field(default_factory=dict)
    person_facts: Table | None = None
    pictures: Mapping[str, list[list[Any]]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def scope(self, name: str, scope: str) -> Table:
        """Return the rows of a table that belong to one scope."""
        table = self.tables[name]
        mine = table["scope"] == scope
        return {column: values[mine] for column, values in table.items()}

    def one(self, name: str, column: str, scope: str | None = None) -> Any:
        """Return the single value of a one-row table or scope; None if missing."""
        table = self.tables[name] if scope is None else self.scope(name, scope)
        if not len(table[column]):
            return None
        value = table[column][0]
        return None if is_missing(value) else value

    @property
    def carries(self) -> frozenset[str] | None:
        """Return the criteria that the source supports; None for all."""
        said = self.one("window_facts", "carries")
        return None if said is None else frozenset(said.split())

    def write(self, folder: str | Path) -> list[Path]:
        """Write every table as CSV into a folder and return the names of the files."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        return [_write(Path(folder) / f"{name}.csv", name, self.tables[name]) for name in SCHEMA]

    @classmethod
    def read(cls, folder: str | Path) -> Facts:
        """Return the tables that `write` wrote; a missing file gives an empty table.

        Raises `UnreadableFacts` without the table that names the process, and for an invalid
        number.
        """
        if not (Path(folder) / "window_facts.csv").exists():
            raise UnreadableFacts(f"{folder} holds no window_facts.csv")
        tables = {name: _read(Path(folder) / f"{name}.csv", name) for name in SCHEMA}
        facts = cls(tables, dict.fromkeys(tables, "facts"))
        if not facts.one("window_facts", "start") or not facts.one("window_facts", "as_of"):
            raise UnreadableFacts("window_facts.csv does not say from when to when was counted")
        return facts


def is_missing(value: Any) -> bool:
    """Return whether a value is None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def column_types(name: str) -> dict[str, type]:
    """Return the type of each column of a table: str, int, or float for nullable numbers."""
    texts, whole, loose = (part.split() for part in SCHEMA[name])
    kinds: dict[str, type] = dict.fromkeys(texts, str)
    return kinds | dict.fromkeys(whole, int) | dict.fromkeys(loose, float)


def table_from_rows(name: str, rows: Iterable[Iterable[Any]]) -> Table:
    """Return a table of rows whose values are in the order of its columns."""
    kinds = column_types(name)
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return {c: typed_column(kind, v) for (c, kind), v in zip(kinds.items(), columns, strict=True)}


def single_row_table(name: str, values: Mapping[str, Any]) -> Table:
    """Return a table of one row; values not given are missing."""
    return table_from_rows(name, [[values.get(c) for c in column_types(name)]])


def typed_table(name: str, columns: Mapping[str, NDArray[Any]], scope: str | None = None) -> Table:
    """Return a table of counted columns in their order and types, with its scope if it has one."""
    values = dict(columns)
    if scope is not None:
        size = len(next(iter(values.values())))
        values["scope"] = np.full(size, scope, dtype=object)
    return {c: typed_column(kind, values[c]) for c, kind in column_types(name).items()}


def stacked(tables: list[Table]) -> Table:
    """Return one table of the rows of several with the same columns."""
    return {c: np.concatenate([table[c] for table in tables]) for c in tables[0]}


def typed_column(kind: type, values: Iterable[Any]) -> NDArray[Any]:
    """Return a column of the given type; None becomes NaN in nullable numbers."""
    if kind is str:
        return np.array([None if v is None or v == "" else str(v) for v in values], dtype=object)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return _number_column(kind, values)
    if kind is int:
        return np.array([int(v or 0) for v in values], dtype=np.int64)
    return np.array([np.nan if v is None or v == "" else v for v in values], dtype=np.float64)


def _number_column(kind: type, values: NDArray[Any]) -> NDArray[Any]:
    whole = np.nan_to_num(values) if kind is int else values
    return whole.astype(np.int64 if kind is int else np.float64)


def _write(path: Path, name: str, table: Table) -> Path:
    kinds = column_types(name)
    columns = [_cells(kinds[c], table[c]) for c in kinds]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(kinds)
        writer.writerows(sorted(zip(*columns, strict=True)))
    return path


def _cells(kind: type, values: NDArray[Any]) -> list[str]:
    if kind is str:
        return ["" if v is None else str(v) for v in values]
    if kind is int:
        return [str(v) for v in values.tolist()]
    return [
        "" if is_missing(v) else str(int(v)) if v == int(v) else repr(v) for v in values.tolist()
    ]


def _read(path: Path, name: str) -> Table:
    if not path.exists():
        return table_from_rows(name, [])
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        try:
            return table_from_rows(name, [[row.get(c) for c in column_types(name)] for row in rows])
        except ValueError as error:
            raise UnreadableFacts(f"{path.name}: {error}") from error

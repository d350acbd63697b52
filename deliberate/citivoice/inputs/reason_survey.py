"""Answers to the two questionnaires of the Deliberative Reason Index, from a CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from deliberate.citivoice.indicators.deliberative_reason import Answers

PERSON, STAGE = ("participant", "pnum"), ("stage", "stage_id")
STAGES = {"before": "before", "1": "before", "after": "after", "2": "after"}
CONSIDERATION, PREFERENCE = re.compile(r"C\d+"), re.compile(r"P\d+")


class UnreadableSurvey(ValueError):
    """The file is not a table of answers; the message names the line or the column."""


def read_survey(path: Path) -> dict[str, Answers]:
    """Return the answers before and after from a CSV file.

    Columns: `participant` (or `pnum`), `stage` (or `stage_id`; before or 1, after or 2), C1, C2 …
    for considerations, P1, P2 … for preferences; an empty cell is no answer. The file of a release,
    with a line for each `item` and `value`, is read too. Raises UnreadableSurvey.
    """
    columns, rows = _read_rows(path)
    person, stage = (_column(columns, names) for names in (PERSON, STAGE))
    if {"item", "value"} <= set(columns):
        columns, rows = _widen(rows, person, stage)
    items = {
        kind: [name for name in columns if pattern.fullmatch(name)]
        for kind, pattern in (("C", CONSIDERATION), ("P", PREFERENCE))
    }
    if not all(items.values()):
        raise UnreadableSurvey("no columns C1, C2 … for considerations or P1, P2 … for preferences")
    stages = _rows_by_stage(rows, person, stage)
    return {name: _answers(of_stage, items) for name, of_stage in stages.items()}


def _read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return the columns and the rows of a CSV file. Raises UnreadableSurvey."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return list(reader.fieldnames or ()), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSurvey(f"{path}: {error}") from error


def _rows_by_stage(
    rows: Sequence[dict[str, str]], person: str, stage: str
) -> dict[str, dict[str, dict[str, str]]]:
    """Return the row of each participant before and after. Raises UnreadableSurvey."""
    stages: dict[str, dict[str, dict[str, str]]] = {"before": {}, "after": {}}
    for number, row in enumerate(rows, 2):
        name = STAGES.get((row[stage] or "").strip().lower())
        who = (row[person] or "").strip()
        if name is None or not who:
            raise UnreadableSurvey(f"line {number}: no participant, or a stage that is unknown")
        if who in stages[name]:
            raise UnreadableSurvey(f"line {number}: {who} answered {name} twice")
        stages[name][who] = row
    return stages


def _widen(
    rows: list[dict[str, str]], person: str, stage: str
) -> tuple[list[str], list[dict[str, str]]]:
    """Return lines of one item each as one line a person and stage, with its columns."""
    wide: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        key = (row[person], row[stage])
        line = wide.setdefault(key, {person: row[person], stage: row[stage]})
        line[row["item"]] = row["value"]
    items = list(dict.fromkeys(row["item"] for row in rows))
    return [person, stage, *items], [dict.fromkeys(items, "") | line for line in wide.values()]


def _column(columns: list[str], names: tuple[str, ...]) -> str:
    found = next((name for name in names if name in columns), None)
    if found is None:
        raise UnreadableSurvey(f"no column {' or '.join(names)}")
    return found


def _answers(rows: dict[str, dict[str, str]], items: dict[str, list[str]]) -> Answers:
    considerations, preferences = (
        np.array([[_number(who, row, name) for name in items[kind]] for who, row in rows.items()])
        for kind in ("C", "P")
    )
    return Answers(
        tuple(rows),
        considerations.reshape(len(rows), len(items["C"])),
        preferences.reshape(len(rows), len(items["P"])),
    )


def _number(who: str, row: dict[str, str], name: str) -> float:
    text = (row[name] or "").strip()
    if not text:
        return np.nan
    try:
        value = float(text)
    except ValueError:
        value = np.inf
    if not np.isfinite(value):
        raise UnreadableSurvey(f"participant {who}, {name}: {text!r} is no number")
    return value

"""What both assessors entered, where they differ, and what was settled: by both, or a third."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from deliberate.citivoice import load_framework
from deliberate.citivoice.scoring.judged_scores import NO_EVIDENCE
from deliberate.models import Adjudication, Assessment, Assessor, ContextNote, Pledge
from deliberate.queries.scores.assessments import (
    VALUES,
    have_both_saved,
    judgement_by,
    saved_assessors,
    settlements_in_force,
)
from deliberate.queries.scores.studies.pledges import (
    NONE,
    outcome_item,
    outcomes_by,
    pledge_form,
    pledge_item,
    pledges_by,
)
from deliberate.vocabulary import PledgeState

CONDITION_VALUES = ("0", "1", "2", NO_EVIDENCE)
BY_NUMBER = ("1", "2")
"""The entry of the first or of the second assessor counts."""


class ItemKind(StrEnum):
    """What an item is that two assessors entered."""

    QUESTION = "question"
    CONDITION = "condition"
    FACTOR = "factor"
    PLEDGE = "pledge"
    OUTCOME = "outcome"


CHOICES = {
    ItemKind.QUESTION: VALUES,
    ItemKind.CONDITION: CONDITION_VALUES,
    ItemKind.FACTOR: BY_NUMBER,
    ItemKind.PLEDGE: (*BY_NUMBER, NONE),
    ItemKind.OUTCOME: (*PledgeState, NONE),
}


@dataclass(frozen=True)
class Difference:
    """An item on which the two saved assessors differ, with what each entered."""

    id: str
    kind: ItemKind
    values: tuple[str, str]
    """Of the first and the second assessor; a pledge in full as text, "" where there is none."""
    settlement: Adjudication | None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the values that may settle it."""
        return CHOICES[self.kind]

    @property
    def is_settled(self) -> bool:
        """Return whether a value counts: agreed by both or given by a third person."""
        return self.settlement is not None and self.settlement.settled_at is not None


def differences(assessment: Assessment) -> list[Difference]:
    """Return where the two saved assessors differ, in the order of the framework."""
    if not have_both_saved(assessment):
        return []
    first, second = (_entries(assessment, row) for row in saved_assessors(assessment)[:2])
    settlements = {row.question: row for row in assessment.adjudications}
    return [
        Difference(name, kind, values, settlements.get(name))
        for name, kind in _items(first, second).items()
        if len(set(values := (first.get(name, ("", ""))[1], second.get(name, ("", ""))[1]))) == 2
    ]


def proposal_fingerprint(row: Adjudication) -> str:
    """Return the SHA-256 of a proposed value and its reason: whoever agrees has read both."""
    return hashlib.sha256(f"{row.value}\n{row.reason}".encode()).hexdigest()


Entries = dict[str, tuple[ItemKind, str]]


def _items(*entries: Entries) -> dict[str, ItemKind]:
    return {name: kind for part in entries for name, (kind, _value) in part.items()}


def _entries(assessment: Assessment, assessor: Assessor) -> Entries:
    """Return kind and value of everything that an assessor entered, by item."""
    notes = notes_by(assessment, assessor)
    framework = load_framework()
    entries: Entries = {
        name: (ItemKind.QUESTION, value)
        for name, value in judgement_by(assessment, assessor).items()
    }
    for code in framework["enabling_conditions"]:
        entries[code] = (ItemKind.CONDITION, _condition_value(notes.get(code)))
    for code in framework["context_factors"]:
        entries[code] = (ItemKind.FACTOR, note.value if (note := notes.get(code)) else "")
    for pledge in pledges_by(assessment, assessor):
        entries[pledge_item(pledge.question)] = (ItemKind.PLEDGE, str(pledge_form(pledge)))
    for pledge_id, row in outcomes_by(assessment, assessor).items():
        entries[outcome_item(pledge_id)] = (ItemKind.OUTCOME, str(row.outcome))
    return entries


def _condition_value(note: ContextNote | None) -> str:
    return note.value if note is not None and note.value else NO_EVIDENCE


def unresolved_differences(assessment: Assessment) -> list[str]:
    """Return the ids of the items that differ and are not settled."""
    return [row.id for row in differences(assessment) if not row.is_settled]


def notes_by(assessment: Assessment, assessor: Assessor | None) -> dict[str, ContextNote]:
    """Return the notes of one assessor by code; None: those that earlier versions shared."""
    assessor_id = assessor.id if assessor else None
    return {note.code: note for note in assessment.notes if note.assessor_id == assessor_id}


@dataclass(frozen=True)
class SettledNote:
    """The final code of a condition or context factor, and the notes of the assessors."""

    code: str
    value: str
    notes: tuple[str, ...]


def own_notes(assessment: Assessment, assessor: Assessor) -> list[SettledNote]:
    """Return what one assessor noted of the conditions and context factors."""
    return [
        SettledNote(code, note.value, _texts([note]))
        for code, note in sorted(notes_by(assessment, assessor).items())
        if note.value or note.note
    ]


def settled_notes(assessment: Assessment) -> list[SettledNote]:
    """Return what counts of the conditions and context factors that somebody described."""
    parts = [notes_by(assessment, row) for row in saved_assessors(assessment)]
    parts = parts if any(parts) else [notes_by(assessment, None)]
    settled = settlements_in_force(assessment)
    framework = load_framework()
    known: tuple[tuple[str, Callable[..., str]], ...] = (
        ("enabling_conditions", _settled_condition),
        ("context_factors", _settled_factor),
    )
    notes = [
        SettledNote(code, settle(rows, settled.get(code, "")), _texts(rows))
        for part, settle in known
        for code in framework[part]
        if any(rows := [notes.get(code) for notes in parts])
    ]
    return [note for note in notes if note.value or note.notes]


NotesOfAssessors = list[ContextNote | None]
"""The notes on one code in the order of the assessors; None where one noted nothing."""


def _texts(rows: NotesOfAssessors) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.note for row in rows if row and row.note))


def _settled_condition(rows: NotesOfAssessors, choice: str) -> str:
    values = {row.value for row in rows if row}
    return choice or (values.pop() if len(values) == 1 else NO_EVIDENCE)


def _settled_factor(rows: NotesOfAssessors, choice: str) -> str:
    if choice.isdecimal():
        chosen = rows[int(choice) - 1]
        return chosen.value if chosen else ""
    return " / ".join(dict.fromkeys(row.value for row in rows if row and row.value))


def pledge_pairs(assessment: Assessment) -> Mapping[str, tuple[Pledge | None, Pledge | None]]:
    """Return the pledges of the two saved assessors side by side, by question."""
    if not have_both_saved(assessment):
        return {}
    first, second = (
        {row.question: row for row in pledges_by(assessment, one)}
        for one in saved_assessors(assessment)[:2]
    )
    return {name: (first.get(name), second.get(name)) for name in sorted({*first, *second})}

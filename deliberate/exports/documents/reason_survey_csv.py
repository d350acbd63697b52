"""Export of a published survey of reasons: its statements, the paired answers, the index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deliberate.exports.columns import REASON_ANSWERS, REASON_INDEX, REASON_ITEMS, Column
from deliberate.exports.csv_writer import write_rows
from deliberate.models import Process, ReasonSurvey
from deliberate.models.scores.reason_survey import CONSIDERATION
from deliberate.queries.scores.studies.reason_surveys import (
    CANNOT_SAY,
    get_reason_survey,
    paired_ratings,
)

ITEMS, ANSWERS, INDEX = "reason_items.csv", "reason_answers.csv", "reason_index.csv"
STAGES = ("before", "after")
Rows = Iterator[dict[str, Any]]


def write_reason_survey(folder: Path, process: Process) -> dict[str, int]:
    """Write the three files and return their numbers of rows; answers from thirty pairs on."""
    survey = get_reason_survey(process.id)
    published = survey if survey is not None and survey.result is not None else None
    tables: dict[str, tuple[tuple[Column, ...], Rows]] = {
        ITEMS: (REASON_ITEMS, _items(published)),
        ANSWERS: (REASON_ANSWERS, _answers(published)),
        INDEX: (REASON_INDEX, _index(published)),
    }
    return {
        name: write_rows(folder / name, [column.name for column in columns], rows)
        for name, (columns, rows) in tables.items()
    }


def _items(survey: ReasonSurvey | None) -> Rows:
    for item in survey.items if survey else ():
        part = "consideration" if item.name.startswith(CONSIDERATION) else "preference"
        yield {
            "item": item.name,
            "part": part,
            "text_id": item.text_id,
            "text_en": item.text_en,
        }


def _answers(survey: ReasonSurvey | None) -> Rows:
    if survey is None or survey.result is None or survey.result["reason"]:
        return
    for stage, ratings in zip(STAGES, paired_ratings(survey.id), strict=True):
        for participant, values in enumerate(ratings.values(), 1):
            for item in survey.items:
                value = values[item.name]
                yield {
                    "participant": participant,
                    "stage": stage,
                    "item": item.name,
                    "value": None if value == CANNOT_SAY else value,
                }


def _index(survey: ReasonSurvey | None) -> Rows:
    if survey is None or survey.result is None:
        return
    result = survey.result
    for stage in STAGES:
        if result["reason"]:
            yield {"stage": stage, "state": "not_enough_data"}
            continue
        group = {"stage": stage, "state": "value", "n": result["pairs"]}
        figures = ("value", "chance", "above_chance", "p")
        yield group | {name: result[stage][name] for name in figures}
        individuals = result[stage]["individuals"]
        for participant, value in sorted(individuals.items(), key=lambda entry: int(entry[0])):
            yield {"stage": stage, "participant": participant, "state": "value", "value": value}

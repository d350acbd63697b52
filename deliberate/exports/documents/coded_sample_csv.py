"""Exports of a coded sample as CSV: its texts without any code, and the codes of its texts."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Sample, SampledItem
from deliberate.queries.scores.coding import (
    coder_ids,
    codes_of_coder,
    is_complete,
    machine_codes,
    machine_codings,
    readable_items,
)

PEOPLE = 2
ID_COLUMNS = ("sample", "book", "position", "comment_id")
TEXT_COLUMNS = (*ID_COLUMNS, "parent_id", "proposal_id", "language", "text", "code")
"""The columns of the texts. `code` is empty: a machine's codes are written there."""


def sample_texts_csv(sample: Sample) -> str:
    """Return the texts that can be read, with an empty column for the codes of a machine."""
    rows = (
        (*_ids(item), comment.parent_id, comment.proposal_id, comment.language, comment.body, "")
        for item in readable_items(sample)
        if (comment := item.comment) is not None
    )
    return _csv(TEXT_COLUMNS, rows)


def sample_codes_csv(sample: Sample) -> str:
    """Return the codes of the texts that can be read: person_1, person_2, machine: NAME."""
    columns = dict(_code_columns(sample))
    rows = (
        (*_ids(item), *(codes.get(item.position, "") for codes in columns.values()))
        for item in readable_items(sample)
    )
    return _csv((*ID_COLUMNS, *columns), rows)


def _ids(item: SampledItem) -> tuple[object, ...]:
    return item.sample_id, item.sample.kind, item.position, item.comment_id


def _csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (columns, *rows):
        writer.writerow(map(csv_cell, row))
    return out.getvalue()


def _code_columns(sample: Sample) -> Iterator[tuple[str, dict[int, int]]]:
    """Yield the name and the codes by position of each coder; none while people still code."""
    if not is_complete(sample, PEOPLE):
        return
    for number, coder in enumerate(coder_ids(sample)[:PEOPLE], 1):
        yield f"person_{number}", codes_of_coder(sample, coder)
    for row in machine_codings(sample):
        yield f"machine: {row.name}", machine_codes(row)

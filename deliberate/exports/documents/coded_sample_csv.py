"""Export of a coded sample as one CSV file: the texts, and the codes of people and machines."""

import csv
from collections.abc import Iterator
from io import StringIO

from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Sample
from deliberate.queries.scores.coding import (
    coder_ids,
    codes_of_coder,
    is_complete,
    machine_codes,
    machine_codings,
    readable_items,
)

PEOPLE = 2
TEXT_COLUMNS = (
    "sample",
    "book",
    "position",
    "comment_id",
    "parent_id",
    "proposal_id",
    "language",
    "text",
)
"""The columns of a text; those of its codes follow: person_1, person_2, machine: NAME, code.

`code` is empty: a machine's codes are written there and brought in again.
"""


def coded_sample_csv(sample: Sample) -> str:
    """Return the texts that can be read, with the codes once two people have coded every text."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = dict(_code_columns(sample))
    writer.writerow([*TEXT_COLUMNS, *map(csv_cell, columns), "code"])
    for item in readable_items(sample):
        comment = item.comment
        if comment is None:
            continue
        texts = (sample.id, sample.kind, item.position, comment.id, comment.parent_id)
        row = [*texts, comment.proposal_id, comment.language, comment.body]
        codes = [codes.get(item.position, "") for codes in columns.values()]
        writer.writerow([*map(csv_cell, row), *codes, ""])
    return out.getvalue()


def _code_columns(sample: Sample) -> Iterator[tuple[str, dict[int, int]]]:
    """Yield the name and the codes by position of each coder; none while people still code."""
    if not is_complete(sample, PEOPLE):
        return
    for number, coder in enumerate(coder_ids(sample)[:PEOPLE], 1):
        yield f"person_{number}", codes_of_coder(sample, coder)
    for row in machine_codings(sample):
        yield f"machine: {row.name}", machine_codes(row)

"""Excerpts of a study as CSV, for other tools and for the import here."""

import csv
from collections.abc import Iterable
from io import StringIO

from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Excerpt
from deliberate.queries.scores.studies.excerpts import codes_by

COLUMNS = ("source", "excerpt", "language", "place", "codes", "memo")
"""`source` is a label such as R7, `codes` are divided by semicolons."""


def excerpts_csv(excerpts: Iterable[Excerpt], coder_id: int) -> str:
    """Return the excerpts with the codes of one coder, with the columns of the import."""
    output = StringIO()
    writer = csv.writer(output)
    writer.writerow(COLUMNS)
    for row in excerpts:
        codes = ";".join(sorted(codes_by(row, coder_id)))
        cells = (row.source.label, row.body, row.language, row.place, codes, row.memo)
        writer.writerow([csv_cell(cell) for cell in cells])
    return output.getvalue()

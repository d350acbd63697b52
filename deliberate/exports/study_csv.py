"""Tables of a study as CSV: the answers of a published judgement, and coded excerpts."""

import csv
from collections.abc import Iterable
from io import StringIO

from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Assessment, Evidence, Excerpt
from deliberate.queries.scores.assessments import (
    judgement_by,
    questions,
    saved_assessors,
    settled_values,
    shown_evidence,
)
from deliberate.queries.scores.canonical_assessment import public_date
from deliberate.queries.scores.studies.excerpts import codes_by, memo_by
from deliberate.queries.scores.studies.sources import public_part

JUDGEMENT_COLUMNS = (
    "question",
    "criterion",
    "text",
    "assessor_1",
    "assessor_2",
    "settled",
    "reason_1",
    "reason_2",
    "evidence",
)
EXCERPT_COLUMNS = ("source", "excerpt", "language", "place", "codes", "memo")
"""`source` is a label such as R7, `codes` are divided by semicolons."""


def judgement_csv(assessment: Assessment, language: str) -> str:
    """Return one line for each question; pieces of evidence are divided by " | "."""
    assessors = saved_assessors(assessment)[:2]
    judgements = [judgement_by(assessment, row) for row in assessors]
    reasons = [{row.question: row.reason for row in one.ratings} for one in assessors]
    settled, output = settled_values(assessment), StringIO()
    writer = csv.writer(output)
    writer.writerow(JUDGEMENT_COLUMNS)
    for question in questions(assessment.framework):
        cells = (
            question.id,
            question.criterion,
            question.text_in(language),
            *(judgement[question.id] for judgement in judgements),
            settled[question.id],
            *(reason.get(question.id, "") for reason in reasons),
            " | ".join(evidence_of(assessment, question.id)),
        )
        writer.writerow([csv_cell(cell) for cell in cells])
    return output.getvalue()


def evidence_of(assessment: Assessment, question: str) -> list[str]:
    """Return what is published of the evidence at a question, each piece once."""
    rows = [row for row in shown_evidence(assessment) if row.question == question]
    return list(dict.fromkeys(evidence_text(row) for row in rows))


def evidence_text(evidence: Evidence) -> str:
    """Return what is published of a piece of evidence: of an interview never the day."""
    if evidence.source is None:
        return f"{evidence.kind} {public_date(evidence)}: {evidence.reference}"
    part = public_part(evidence.source)
    texts = (part.title, part.institution, part.place, part.pages, part.link, part.text)
    return f"{evidence.kind} {public_date(evidence.source)}: {', '.join(filter(None, texts))}"


def excerpts_csv(excerpts: Iterable[Excerpt], coder_id: int) -> str:
    """Return the excerpts with the codes and memos of one coder, with the columns of the import."""
    output = StringIO()
    writer = csv.writer(output)
    writer.writerow(EXCERPT_COLUMNS)
    for row in excerpts:
        codes = ";".join(sorted(codes_by(row, coder_id)))
        cells = (row.source.label, row.body, row.language, row.place, codes, memo_by(row, coder_id))
        writer.writerow([csv_cell(cell) for cell in cells])
    return output.getvalue()

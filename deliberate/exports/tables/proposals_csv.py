"""The list of proposals as a CSV file: hours in UTC, the last day of a deadline at its place."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from deliberate.days import last_day
from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Institution, Proposal
from deliberate.queries.proposals.proposals import proposal_status

COLUMNS = [
    "number",
    "title",
    "state",
    "decision",
    "process",
    "topic",
    "area",
    "institution",
    "published",
    "qualified",
    "due",
    "answered",
    "supports",
    "comments",
    "for",
    "against",
    "neutral",
]


def lines(rows: Iterable[tuple[Proposal, Institution | None]], language: str) -> Iterator[str]:
    """Return the file line by line, header first; cells cannot act as spreadsheet formulas."""
    yield _line(COLUMNS)
    for proposal, institution in rows:
        yield _line([csv_cell(value) for value in _values(proposal, institution, language)])


def _values(proposal: Proposal, institution: Institution | None, language: str) -> list[object]:
    status = proposal_status(proposal)
    return [
        proposal.id,
        proposal.title,
        status.state.value,
        status.decision,
        proposal.process.slug,
        proposal.topic,
        proposal.area,
        institution.name_in(language) if institution else "",
        proposal.published_at,
        proposal.qualified_at,
        last_day(proposal.process, proposal.due_at) if proposal.due_at else None,
        proposal.answered_at,
        proposal.support_count,
        proposal.comment_count,
        proposal.for_count,
        proposal.against_count,
        proposal.neutral_count,
    ]


def _line(values: Sequence[object]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()

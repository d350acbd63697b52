"""The list of proposals as a CSV file: its columns, and its rows as they are read."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from deliberate.exports.tables import cell
from deliberate.models import Proposal
from deliberate.queries.proposals.proposals import standing_of

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


def lines(proposals: Iterable[Proposal], language: str) -> Iterator[str]:
    """The file line by line, its header first; no cell is a formula to a spreadsheet."""
    yield _line(COLUMNS)
    for proposal in proposals:
        yield _line([cell(value) for value in _values(proposal, language)])


def _values(proposal: Proposal, language: str) -> list[Any]:
    standing, office = standing_of(proposal), proposal.institution
    return [
        proposal.id,
        proposal.title,
        standing.state.value,
        standing.decision,
        proposal.process.slug,
        proposal.topic,
        proposal.area,
        office.name_in(language) if office else "",
        proposal.published_at,
        proposal.qualified_at,
        proposal.due_at,
        proposal.answered_at,
        proposal.support_count,
        proposal.comment_count,
        proposal.for_count,
        proposal.against_count,
        proposal.neutral_count,
    ]


def _line(values: list[Any]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()

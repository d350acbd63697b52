"""The desk's tables as files: the queue, and the month."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from deliberate.exports.tables import cell
from deliberate.queries.responses.desk import QueueRow
from deliberate.queries.responses.desk_reports import Month

QUEUE = ("proposal", "title", "topic", "asked_on", "due_on", "days_left", "state", "assignee")
MONTH = ("proposal", "title", "decision", "headline", "published_on", "due_on", "institution")


def queue_lines(rows: Iterable[QueueRow]) -> Iterator[str]:
    """The queue as CSV, a line at a time."""
    return _lines(QUEUE, map(_queue_row, rows))


def _queue_row(row: QueueRow) -> dict[str, Any]:
    proposal, assignee = row.proposal, row.case.assignee if row.case else None
    return {
        "proposal": proposal.id,
        "title": proposal.title,
        "topic": proposal.topic,
        "asked_on": _day(proposal.qualified_at),
        "due_on": _day(proposal.due_at),
        "days_left": row.days,
        "state": row.state,
        "assignee": assignee.display_name if assignee else "",
    }


def month_lines(month: Month) -> Iterator[str]:
    """A month's answers as CSV."""
    rows = (
        {
            "proposal": response.proposal_id,
            "title": response.proposal.title,
            "decision": str(response.decision),
            "headline": response.headline,
            "published_on": _day(response.published_at),
            "due_on": _day(response.proposal.due_at),
            "institution": response.institution.slug if response.institution else "",
        }
        for response in month.responses
    )
    return _lines(MONTH, rows)


def _day(at: Any) -> str:
    return at.date().isoformat() if at else ""


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield ",".join(columns) + "\n"
    for row in rows:
        line = StringIO()
        csv.writer(line, lineterminator="\n").writerow([cell(row[name]) for name in columns])
        yield line.getvalue()

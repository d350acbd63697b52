"""CSV files of the desk: the queue of open cases, and the responses of a month."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO

from deliberate.days import last_day, local_date
from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Process, Proposal
from deliberate.queries.responses.desk import QueueRow
from deliberate.queries.responses.desk_reports import MonthlyReport

QUEUE_COLUMNS = (
    "proposal",
    "title",
    "topic",
    "asked_on",
    "due_on",
    "days_left",
    "state",
    "assignee",
)
MONTH_COLUMNS = (
    "proposal",
    "title",
    "decision",
    "headline",
    "published_on",
    "due_on",
    "institution",
)


def queue_lines(rows: Iterable[QueueRow]) -> Iterator[str]:
    """Return the queue as CSV, one line at a time."""
    return _lines(QUEUE_COLUMNS, map(_queue_row, rows))


def _queue_row(row: QueueRow) -> dict[str, object]:
    proposal, assignee = row.proposal, row.case.assignee if row.case else None
    return {
        "proposal": proposal.id,
        "title": proposal.title,
        "topic": proposal.topic,
        "asked_on": _local_day(proposal.process, proposal.qualified_at),
        "due_on": _last_day(proposal),
        "days_left": row.days_left,
        "state": row.state,
        "assignee": assignee.display_name if assignee else "",
    }


def month_lines(report: MonthlyReport) -> Iterator[str]:
    """Return the responses of a month as CSV, one line at a time."""
    rows = (
        {
            "proposal": response.proposal_id,
            "title": response.proposal.title,
            "decision": str(response.decision),
            "headline": response.headline,
            "published_on": local_date(response.proposal.process, response.published_at),
            "due_on": _last_day(response.proposal),
            "institution": response.institution.slug if response.institution else "",
        }
        for response in report.responses
    )
    return _lines(MONTH_COLUMNS, rows)


def _local_day(process: Process, moment: datetime | None) -> date | None:
    return local_date(process, moment) if moment else None


def _last_day(proposal: Proposal) -> date | None:
    return last_day(proposal.process, proposal.due_at) if proposal.due_at else None


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    yield ",".join(columns) + "\n"
    for row in rows:
        line = StringIO()
        csv.writer(line, lineterminator="\n").writerow([csv_cell(row[name]) for name in columns])
        yield line.getvalue()

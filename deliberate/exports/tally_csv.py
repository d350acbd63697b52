"""The polls of a release: their rules, and once it may be seen what was counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.columns import POLLS
from deliberate.exports.tables import write_rows
from deliberate.models import Interaction, Option, Poll, Process
from deliberate.queries.polls.polls import recounted
from deliberate.queries.polls.result_tables import Table, asked, tables_of
from deliberate.vocabulary import Kind, PollType


def write_polls(folder: Path, process: Process, size: int) -> int:
    """Write polls.csv: a row a figure, from which the count can be done again."""
    names = [column.name for column in POLLS]
    return write_rows(folder / "polls.csv", names, _rows(process, size))


def sealed_polls(process: Process, size: int) -> list[Poll]:
    """The polls whose opening the log's head covers."""
    opened = select(Interaction.subject_id).where(
        Interaction.kind == Kind.POLL_OPENED.value,
        Interaction.process_id == process.id,
        Interaction.seq < size,
    )
    query = select(Poll).where(Poll.process_id == process.id, Poll.id.in_(opened))
    return list(db.session.scalars(query.order_by(Poll.id)))


def _rows(process: Process, size: int) -> Iterator[dict[str, Any]]:
    for poll in sealed_polls(process, size):
        row = {
            "poll_id": poll.id,
            "proposal_id": poll.proposal_id,
            "type": poll.type,
            "counting": poll.counting,
            "secret": _said(poll.is_secret),
            "quorum": poll.quorum,
            "opens_at": poll.opens_at,
            "closes_at": poll.closes_at,
        }
        if not poll.shows_result(now()):
            yield row
            continue
        tally = recounted(poll)
        whole = {"ballots": tally.ballots, "not_counted": tally.rejected, "not_sure": tally.passes}
        row["ballots"] = tally.ballots
        for name, figure in whole.items():
            yield row | {"table": "all", "column": name, "figure": figure}
        for table in tables_of(poll, tally):
            yield from (row | figure for figure in _figures(poll, table))


def _figures(poll: Poll, table: Table) -> Iterator[dict[str, Any]]:
    """A row a figure; options by their place, and by their words where the poll wrote them."""
    labels = [option.label for option in asked(poll)]
    is_matrix = list(table.heads) == labels
    tells = poll.type != PollType.STATEMENTS
    for place, (label, figures) in enumerate(table.rows, 1):
        is_option = place <= len(labels)
        for column, (head, figure) in enumerate(zip(table.heads, figures, strict=True), 1):
            if figure is not None:
                yield {
                    "table": table.name,
                    "option": place if is_option else None,
                    "label": label if tells and is_option else None,
                    "column": column if is_matrix else head,
                    "figure": figure,
                }


def _said(is_so: bool) -> str:
    return "true" if is_so else "false"


def options_of(poll: Poll) -> list[Option]:
    """The options in the order they were set down, those that wait or were declined too."""
    return sorted(poll.options, key=lambda option: option.position)

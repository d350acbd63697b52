"""The file polls.csv of a release: rules of polls, and their figures once the result is public."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.columns import POLLS
from deliberate.exports.csv_writer import write_rows
from deliberate.models import Interaction, Option, Poll, Process
from deliberate.queries.polls.result_tables import (
    ResultTable,
    counted_options,
    result_tables,
    winning_options,
)
from deliberate.queries.polls.results import count_ballots, published_part
from deliberate.queries.polls.tally import Tally
from deliberate.vocabulary import PollType
from deliberate.vocabulary.events.polls import PollOpened


def write_polls(folder: Path, process: Process, size: int) -> int:
    """Write polls.csv, one row a figure, from which the count can be repeated."""
    names = [column.name for column in POLLS]
    return write_rows(folder / "polls.csv", names, _rows(process, size))


def sealed_polls(process: Process, size: int) -> list[Poll]:
    """Return the polls whose opening is covered by the tree head of this size."""
    opened = select(Interaction.subject_id).where(
        Interaction.kind == PollOpened.KIND,
        Interaction.process_id == process.id,
        Interaction.seq < size,
    )
    query = select(Poll).where(Poll.process_id == process.id, Poll.id.in_(opened))
    return list(db.session.scalars(query.order_by(Poll.id)))


def _rows(process: Process, size: int) -> Iterator[dict[str, Any]]:
    for poll in sealed_polls(process, size):
        row = _rules(poll)
        if not poll.shows_result(now()):
            yield row
            continue
        tally = published_part(poll, count_ballots(poll))
        row["ballots"] = tally.ballots
        yield from (row | figure for figure in result_figures(poll, tally))


def result_figures(poll: Poll, tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield every figure of a published tally, in the columns of polls.csv from `table` on."""
    totals = {"ballots": tally.ballots, "not_counted": tally.rejected, "not_sure": tally.passes}
    if tally.withheld_below:
        totals = {"ballots": tally.ballots, "withheld_below": tally.withheld_below}
        yield from _winners(poll, tally)
    for name, figure in totals.items():
        yield {"table": "all", "column": name, "figure": figure}
    for table in result_tables(poll, tally):
        yield from _figures(poll, table)


def _rules(poll: Poll) -> dict[str, Any]:
    return {
        "poll_id": poll.id,
        "proposal_id": poll.proposal_id,
        "type": poll.type,
        "counting": poll.counting,
        "secret": _true_or_false(poll.is_secret),
        "quorum": poll.quorum,
        "opens_at": poll.opens_at,
        "closes_at": poll.closes_at,
    }


def _figures(poll: Poll, table: ResultTable) -> Iterator[dict[str, Any]]:
    """Yield one row a figure, with options by position, and by label where the poll's opener wrote
    it.
    """
    labels = [option.label for option in counted_options(poll)]
    is_matrix = list(table.columns) == labels
    has_public_labels = poll.type != PollType.STATEMENTS
    for position, (label, figures) in enumerate(table.rows, 1):
        is_option = position <= len(labels)
        for index, (column, figure) in enumerate(zip(table.columns, figures, strict=True), 1):
            if figure is not None:
                yield {
                    "table": table.name,
                    "option": position if is_option else None,
                    "label": label if has_public_labels and is_option else None,
                    "column": index if is_matrix else column,
                    "figure": figure,
                }


def _winners(poll: Poll, tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield a row for each winner of a secret poll whose figures are withheld."""
    positions = {option.id: number for number, option in enumerate(counted_options(poll), 1)}
    for option in winning_options(poll, tally):
        yield {
            "table": "winner",
            "option": positions[option.id],
            "label": option.label if poll.type != PollType.STATEMENTS else None,
            "figure": 1,
        }


def _true_or_false(value: bool) -> str:
    return "true" if value else "false"


def options_of(poll: Poll) -> list[Option]:
    """Return all options in the order of the poll, including waiting and declined ones."""
    return sorted(poll.options, key=lambda option: option.position)

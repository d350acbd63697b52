"""Files of one poll: tally as JSON, figures as CSV, hashes of counted ballots."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from deliberate.exports.csv_writer import csv_cell
from deliberate.models import Option, Poll
from deliberate.queries.polls.counted_ballots import ballot_keys, public_ballots
from deliberate.queries.polls.result_tables import (
    ResultTable,
    counted_options,
    result_tables,
    winning_options,
)
from deliberate.queries.polls.tally import Tally

FORMAT = "deliberate-tally-1"


def tally_document(poll: Poll, tally: Tally) -> dict[str, Any]:
    """Return the rules and figures of a poll, from which the count can be repeated.

    Single ballots are included for public polls only, without names. A secret poll has totals,
    pairwise matrix and rounds, because a complete ranking would identify a voter who sold a vote;
    with few ballots it has only their number and, unless that reveals votes, the winners.
    """
    positions = {option.id: index for index, option in enumerate(counted_options(poll))}
    document: dict[str, Any] = {
        "format": FORMAT,
        "poll": poll.id,
        "question": poll.question,
        "closed": poll.closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rules": _rules(poll),
        "options": [_option(option) for option in counted_options(poll)],
        "lot": [positions[option_id] for option_id in poll.lot_order if option_id in positions],
        "ballots": tally.ballots,
        **_totals(tally),
        "places": [[positions[option_id] for option_id in tied] for tied in tally.ranking],
        "tables": [_table(table) for table in result_tables(poll, tally)],
    }
    if tally.withheld_below and tally.ranking:
        document["winners"] = [positions[option.id] for option in winning_options(poll, tally)]
    if not poll.is_secret:
        document["single_ballots"] = list(_single_ballots(poll, positions))
    return document


def _table(table: ResultTable) -> dict[str, Any]:
    rows = [list(figures) for _label, figures in table.rows]
    return {"name": table.name, "columns": list(table.columns), "rows": rows}


def _totals(tally: Tally) -> dict[str, int]:
    """Return the totals beside the number of ballots, or below which number they are withheld."""
    if tally.withheld_below:
        return {"withheld_below": tally.withheld_below}
    return {"not_counted": tally.rejected, "not_sure": tally.passes}


def _rules(poll: Poll) -> dict[str, Any]:
    return {
        "type": poll.type,
        "counting": poll.counting,
        "secret": poll.is_secret,
        "quorum": poll.quorum,
        "amount": poll.amount,
        "min_share": poll.min_share,
        "min_choices": poll.min_choices,
        "max_choices": poll.max_choices,
    }


def _option(option: Option) -> dict[str, Any]:
    document: dict[str, Any] = {"label": option.label}
    if option.cost:
        document["cost"] = option.cost
    if option.source_counts:
        document["source_counts"] = option.source_counts
    return document


def _single_ballots(poll: Poll, positions: dict[int, int]) -> Iterator[list[list[int]] | str]:
    last = ""
    while page := public_ballots(poll, last, 500):
        last = page[-1].key
        for ballot in page:
            if ballot.choice is None:
                yield "not counted"
            elif any(option_id not in positions for option_id, _value in ballot.choice):
                yield "not sure"
            else:
                yield [[positions[option_id], value] for option_id, value in ballot.choice]


def tally_csv(poll: Poll, tally: Tally) -> str:
    """Return the figures of a poll as CSV with the columns table, option, column and figure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "option", "column", "figure"])
    for name, total in {"ballots": tally.ballots, **_totals(tally)}.items():
        writer.writerow(["all", "", name, total])
    for option in winning_options(poll, tally) if tally.withheld_below else ():
        writer.writerow(["winner", csv_cell(option.label), "", 1])
    for table in result_tables(poll, tally):
        for label, figures in table.rows:
            for column, figure in zip(table.columns, figures, strict=True):
                writer.writerow([table.name, csv_cell(label), csv_cell(column), csv_cell(figure)])
    return out.getvalue()


def key_lines(poll: Poll) -> Iterator[str]:
    """Yield the hashes of all ballot codes of a closed poll, sorted, one a line."""
    last = ""
    while page := ballot_keys(poll, last, 2000):
        last = page[-1]
        yield "".join(f"{key}\n" for key in page)

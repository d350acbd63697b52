"""Tally files: what was counted in a poll, from which the count can be done again."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from deliberate.exports.tables import cell
from deliberate.models import Option, Poll
from deliberate.queries.polls.polls import ballot_keys, open_ballots
from deliberate.queries.polls.result_tables import asked, tables_of
from deliberate.queries.polls.tally import Tally

FORMAT = "deliberate-tally-1"


def tally_document(poll: Poll, tally: Tally) -> dict[str, Any]:
    """A poll's rules and figures. Single ballots stand in it only in a public poll, without names.

    A secret poll gives totals, pairwise matrix and rounds: a whole ranking would be a fingerprint
    by which a vote could be sold.
    """
    options = {option.id: place for place, option in enumerate(asked(poll))}
    document: dict[str, Any] = {
        "format": FORMAT,
        "poll": poll.id,
        "question": poll.question,
        "closed": poll.closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rules": _rules(poll),
        "options": [_option(option) for option in asked(poll)],
        "lot": [options[number] for number in poll.lot if number in options],
        "ballots": tally.ballots,
        "not_counted": tally.rejected,
        "not_sure": tally.passes,
        "places": [[options[number] for number in place] for place in tally.order],
        "tables": [
            {
                "name": table.name,
                "columns": list(table.heads),
                "rows": [list(r[1]) for r in table.rows],
            }
            for table in tables_of(poll, tally)
        ],
    }
    if not poll.is_secret:
        document["single_ballots"] = list(_single(poll, options))
    return document


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
    told: dict[str, Any] = {"label": option.label}
    if option.cost:
        told["cost"] = option.cost
    if option.source_counts:
        told["source_counts"] = option.source_counts
    return told


def _single(poll: Poll, options: dict[int, int]) -> Iterator[list[list[int]] | str]:
    last = ""
    while page := open_ballots(poll, last, 500):
        last = page[-1].key
        for ballot in page:
            if ballot.choice is None:
                yield "not counted"
            elif any(number not in options for number, _value in ballot.choice):
                yield "not sure"
            else:
                yield [[options[number], value] for number, value in ballot.choice]


def tally_csv(poll: Poll, tally: Tally) -> str:
    """The figures of a poll as one CSV: table, option, column, figure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "option", "column", "figure"])
    whole = {"ballots": tally.ballots, "not_counted": tally.rejected, "not_sure": tally.passes}
    for name, number in whole.items():
        writer.writerow(["all", "", name, number])
    for table in tables_of(poll, tally):
        for label, figures in table.rows:
            for head, figure in zip(table.heads, figures, strict=True):
                writer.writerow([table.name, cell(label), cell(head), cell(figure)])
    return out.getvalue()


def key_lines(poll: Poll) -> Iterator[str]:
    """The hashes of all ballot codes of a closed poll, sorted, one a line."""
    last = ""
    while page := ballot_keys(poll, last, 2000):
        last = page[-1]
        yield "".join(f"{key}\n" for key in page)

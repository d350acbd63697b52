"""Polls with their options, and their tallies once the result is shown."""

from collections.abc import Mapping, Sequence

from deliberate import vocabulary
from deliberate.api.fields import Field, JsonValue, PublicRow, Reading, computed, released, stored
from deliberate.api.resources.resource import AUTHOR, ID, TECHNICAL, Resource
from deliberate.exports.tables.polls_csv import result_figures
from deliberate.queries.polls.results import get_public_tallies

_POLLS = "polls.csv"


def _tallies(rows: Sequence[PublicRow]) -> Mapping[int, JsonValue]:
    """Return ballots and figures of the polls whose result is shown."""
    by_id = {poll.id: poll for poll in rows}
    return {
        poll_id: (tally.ballots, list(result_figures(by_id[poll_id], tally)))
        for poll_id, tally in get_public_tallies(rows).items()
    }


def _ballots(row: PublicRow, reading: Reading) -> object:
    return reading.shared[row.id][0] if row.id in reading.shared else None


def _figures(row: PublicRow, reading: Reading) -> object:
    """Return the figures with every column of the file; a column may be a number or a code."""
    if row.id not in reading.shared:
        return None
    return [
        {one.name: one.read(figure, reading) for one in _FIGURE}
        for figure in reading.shared[row.id][1]
    ]


def _options(row: PublicRow, reading: Reading) -> object:
    return [
        {one.name: one.read(option, reading) for one in _OPTION} for option in row.shown_options
    ]


def _column(figure: PublicRow, _reading: Reading) -> object:
    return None if figure.get("column") is None else str(figure["column"])


_FIGURE = (
    released(_POLLS, "table", "votes", value=lambda figure, _: figure["table"], columns=()),
    released(_POLLS, "option", 1, value=lambda figure, _: figure.get("option"), columns=()),
    released(_POLLS, "label", value=lambda figure, _: figure.get("label"), columns=()),
    released(_POLLS, "column", "votes", value=_column, columns=()),
    released(_POLLS, "figure", 41, value=lambda figure, _: figure["figure"], columns=()),
)
_OPTION = (
    stored("id", "integer", "number of the option", 4),
    stored("position", "integer", "its place in the poll", 1),
    stored("label", "string", "its text"),
    stored("is_pass", "boolean", "whether it means 'not sure'"),
    stored("cost", "integer", "cost of a project of a budget, in the currency of the poll", 0),
)

POLLS = Resource(
    name="polls",
    one="a poll with its options; its tally is null until its result is shown",
    model="Poll",
    file=_POLLS,
    renamed={
        "poll_id": "id",
        **dict.fromkeys(("table", "option", "label", "column", "figure"), "tally"),
    },
    share=_tallies,
    fields=(
        ID,
        computed("url", "uri", "its page", lambda row, r: f"{r.base_url}/v/{row.id}"),
        stored("process_id", "integer", "process of the poll", 1),
        released(_POLLS, "proposal_id"),
        stored("language", "string", "language it was written in", "id"),
        stored("question", "string", "the question"),
        stored("background", "string", "what to know before voting"),
        released(_POLLS, "type", "single"),
        released(_POLLS, "counting"),
        Field(
            "secret",
            "boolean",
            "whether ballots are secret",
            lambda row, _reading: row.is_secret,
            ("is_secret",),
        ),
        stored(
            "result_rule", "string", "when counts are shown", codes=tuple(vocabulary.ResultRule)
        ),
        released(_POLLS, "quorum", 0),
        stored("electorate", "string", "who may vote", codes=tuple(vocabulary.Electorate)),
        stored("areas", "array", "areas whose residents may vote; none: all", []),
        stored("counts_areas", "boolean", "whether results are also shown by area"),
        stored("shuffles", "boolean", "whether voters see options in different orders"),
        stored("min_choices", "integer", "fewest options of a ballot", 1),
        stored("max_choices", "integer", "most options of a ballot"),
        stored("amount", "integer", "what a budget ballot can spend"),
        stored("min_share", "integer", "percent of the amount that it must spend", 0),
        released(_POLLS, "opens_at"),
        released(_POLLS, "closes_at"),
        stored("published_at", "datetime", "when the result was published"),
        stored("entitled_count", "integer", "people entitled to vote, once it is published"),
        stored("box_root", "string", "hash over the ballot box, logged at the close"),
        stored("source", "string", "platform and id of an imported poll"),
        computed("options", "array", "options that can be voted for", _options, items=_OPTION),
        released(_POLLS, "ballots", 120, value=_ballots, columns=()),
        computed(
            "tally", "array", "figures of the result, as in polls.csv", _figures, items=_FIGURE
        ),
    ),
    left_out={
        "opened_by_id": AUTHOR,
        "is_secret": "the field `secret`",
        "ballot_count": "counts of a poll are shown with its result",
        "ballot_version": TECHNICAL,
        "salt": TECHNICAL,
    },
)

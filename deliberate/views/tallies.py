"""A poll's files: the result as CSV, the tally file, the list of counted ballots."""

from typing import Any

from flask import Response, abort, jsonify, stream_with_context
from flask.typing import ResponseReturnValue

from deliberate.exports.polls import key_lines, tally_csv, tally_document
from deliberate.queries import polls
from deliberate.views.frame import Room, or_404

room = Room("tallies", spoken=False, under="/polls")
ONE = "/<int(max=2147483647):number>"


@room.page(f"{ONE}/result.csv", "public")
def csv_file(number: int) -> ResponseReturnValue:
    """Every figure of a result, once it may be seen."""
    card = _counted(number)
    return _attached(tally_csv(card.poll, card.tally), "text/csv", f"poll-{number}.csv")


@room.page(f"{ONE}/tally.json", "public")
def json_file(number: int) -> ResponseReturnValue:
    """Rules and figures from which the count can be done again."""
    card = _counted(number)
    return jsonify(tally_document(card.poll, card.tally))


@room.page(f"{ONE}/ballots.txt", "public")
def keys_file(number: int) -> ResponseReturnValue:
    """Hashes of the counted ballots of a closed secret poll."""
    poll = or_404(polls.poll_numbered(number))
    if not poll.is_secret or polls.state_of(poll) != "closed":
        abort(404)
    return _attached(stream_with_context(key_lines(poll)), "text/plain", f"poll-{number}.txt")


def _counted(number: int) -> Any:
    card = polls.card(or_404(polls.poll_numbered(number)))
    if card.tally is None:
        abort(404)
    return card


def _attached(body: Any, kind: str, name: str) -> Response:
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

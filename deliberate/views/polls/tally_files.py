"""A poll's files: the result as CSV, the tally file, the list of counted ballots."""

from typing import Any

from flask import Response, abort, jsonify, stream_with_context
from flask.typing import ResponseReturnValue

from deliberate.exports.poll_records import key_lines, tally_csv, tally_document
from deliberate.queries.polls import polls as poll_queries
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404

blueprint = LocalizedBlueprint("tally_files", localized=False, url_prefix="/polls")
ONE = "/<id:number>"


@blueprint.page(f"{ONE}/result.csv", "public")
def csv_file(number: int) -> ResponseReturnValue:
    """Every figure of a result, once it may be seen."""
    card = _counted(number)
    return _attached(tally_csv(card.poll, card.tally), "text/csv", f"poll-{number}.csv")


@blueprint.page(f"{ONE}/tally.json", "public")
def json_file(number: int) -> ResponseReturnValue:
    """Rules and figures from which the count can be done again."""
    card = _counted(number)
    return jsonify(tally_document(card.poll, card.tally))


@blueprint.page(f"{ONE}/ballots.txt", "public")
def keys_file(number: int) -> ResponseReturnValue:
    """Hashes of the counted ballots of a closed secret poll."""
    poll = get_or_404(poll_queries.poll_numbered(number))
    if not poll.is_secret or poll_queries.state_of(poll) != "closed":
        abort(404)
    return _attached(stream_with_context(key_lines(poll)), "text/plain", f"poll-{number}.txt")


def _counted(number: int) -> Any:
    card = poll_queries.card(get_or_404(poll_queries.poll_numbered(number)))
    if card.tally is None:
        abort(404)
    return card


def _attached(body: Any, kind: str, name: str) -> Response:
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

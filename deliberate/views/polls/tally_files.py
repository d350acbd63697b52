"""Files of a poll: the result as CSV, the tally as JSON, the list of counted ballots."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response, abort, jsonify, stream_with_context

from deliberate.exports.tally_files import key_lines, tally_csv, tally_document
from deliberate.queries.polls.polls import get_poll, poll_card, poll_state
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import get_or_404

if TYPE_CHECKING:
    from deliberate.models import Poll
    from deliberate.queries.polls.tally import Tally

blueprint = LocalizedBlueprint("tally_files", localized=False, url_prefix="/polls")
POLL = "/<id:poll_id>"


@blueprint.page(f"{POLL}/result.csv", "public")
def csv_file(poll_id: int) -> Response:
    """Return every figure of a result as CSV, once the result is public."""
    poll, tally = _public_tally(poll_id)
    return _attachment(tally_csv(poll, tally), "text/csv", f"poll-{poll_id}.csv")


@blueprint.page(f"{POLL}/tally.json", "public")
def json_file(poll_id: int) -> Response:
    """Return rules and figures from which the count can be repeated."""
    poll, tally = _public_tally(poll_id)
    return jsonify(tally_document(poll, tally))


@blueprint.page(f"{POLL}/ballots.txt", "public")
def keys_file(poll_id: int) -> Response:
    """Return the hashes of the counted ballots of a closed secret poll."""
    poll = get_or_404(get_poll(poll_id))
    if not poll.is_secret or poll_state(poll) != "closed":
        abort(404)
    lines = stream_with_context(key_lines(poll))
    return _attachment(lines, "text/plain", f"poll-{poll_id}.txt")


def _public_tally(poll_id: int) -> tuple["Poll", "Tally"]:
    """Return a poll and its tally; 404 while the result is not public."""
    card = poll_card(get_or_404(get_poll(poll_id)))
    if card.tally is None:
        abort(404)
    return card.poll, card.tally


def _attachment(body: str | Iterable[str], content_type: str, filename: str) -> Response:
    response = Response(body, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response

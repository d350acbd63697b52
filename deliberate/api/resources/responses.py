"""Official responses and their commitments."""

from collections.abc import Mapping, Sequence

from deliberate.api.fields import Field, PublicRow, Reading, computed, released, stored
from deliberate.api.resources.resource import (
    AUTHOR,
    ID,
    RENDERED,
    TECHNICAL,
    Resource,
)
from deliberate.days import local_today
from deliberate.queries.site.public_rows import count_answered_comments

_RESPONSES = "responses.csv"


def _answered(rows: Sequence[PublicRow]) -> Mapping[int, int]:
    return count_answered_comments([row.id for row in rows])


def _commitment_state(row: PublicRow, _reading: Reading) -> object:
    return row.state_on(local_today(row.response.proposal.process))


def _steps(row: PublicRow, reading: Reading) -> object:
    return [{one.name: one.read(step, reading) for one in _STEP} for step in row.steps]


def _points(row: PublicRow, reading: Reading) -> object:
    return [{one.name: one.read(point, reading) for one in _POINT} for point in row.points]


def _of_point(name: str, meaning: str) -> Field:
    return computed(name, "string", meaning, lambda point, _reading: point.get(name))


_POINT = (
    _of_point("text", "the point"),
    _of_point("verdict", "what is decided about it"),
    _of_point("reason", "why"),
    _of_point("ground", "ground of a refusal"),
    _of_point("reference", "rule or document that is cited"),
)
_STEP = (
    stored("state", "string", "what the step says", codes=("updated", "fulfilled", "dropped")),
    stored("note", "string", "what was done"),
    stored("evidence", "string", "where it can be seen"),
    stored("taken_at", "datetime", "when it was published"),
)

RESPONSES = Resource(
    name="responses",
    one="a version of the official response to a proposal; the highest is in force",
    model="Response",
    file=_RESPONSES,
    renamed={"response_id": "id"},
    share=_answered,
    fields=(
        ID,
        computed("url", "uri", "its page", lambda row, r: f"{r.base_url}/r/{row.proposal_id}"),
        released(_RESPONSES, "proposal_id", 3),
        released(_RESPONSES, "version", 1),
        released(_RESPONSES, "institution_id", 2),
        released(_RESPONSES, "decision", "accepted"),
        stored("headline", "string", "the response in one sentence"),
        stored("body", "string", "the text (Markdown)"),
        stored("language", "string", "language it was written in", "id"),
        released(_RESPONSES, "published_at"),
        released(_RESPONSES, "dated", "2026-02-10"),
        released(_RESPONSES, "study_until"),
        released(_RESPONSES, "code"),
        stored("grounds", "array", "grounds of the response", ["budget"]),
        Field("points", "array", "points decided separately", _points, ("points",), items=_POINT),
        stored("signatories", "array", "institutions that signed as well", [3]),
        stored("outside_body", "string", "responsible body that is no institution here"),
        stored("note", "string", "what this version changes"),
        released(
            _RESPONSES, "answers", 4, value=lambda row, r: r.shared.get(row.id, 0), columns=()
        ),
        released(
            _RESPONSES, "commitments", 1, value=lambda row, _: len(row.commitments), columns=()
        ),
        released(
            _RESPONSES,
            "fulfilled",
            0,
            value=lambda row, _: sum(c.fulfilled_at is not None for c in row.commitments),
            columns=(),
        ),
        released(
            _RESPONSES,
            "dropped",
            0,
            value=lambda row, _: sum(c.dropped_at is not None for c in row.commitments),
            columns=(),
        ),
        released(_RESPONSES, "answers_yes", 9),
        released(_RESPONSES, "answers_partly", 2),
        released(_RESPONSES, "answers_no", 1),
        stored("built_yes", "integer", "residents who judged that it was built", 0),
        stored("built_partly", "integer", "residents who judged that it was built in part", 0),
        stored("built_no", "integer", "residents who judged that it was not built", 0),
    ),
    left_out={
        "responder_id": AUTHOR,
        "body_html": RENDERED,
        "renderer": TECHNICAL,
        "salt": TECHNICAL,
    },
)

COMMITMENTS = Resource(
    name="commitments",
    one="what an institution committed to in a response, and what became of it",
    model="Commitment",
    fields=(
        ID,
        computed(
            "proposal_id",
            "integer",
            "proposal of the response",
            lambda row, _reading: row.response.proposal_id,
            3,
        ),
        stored("response_id", "integer", "response that contains it", 2),
        stored("what", "string", "what is done"),
        stored("institution_id", "integer", "institution that does it", 2),
        stored("due_on", "date", "by when", "2026-06-30"),
        computed(
            "state",
            "string",
            "its state today, where its process is",
            _commitment_state,
            "due",
            codes=("due", "late", "fulfilled", "dropped"),
        ),
        stored("fulfilled_at", "datetime", "when it was fulfilled"),
        stored("dropped_at", "datetime", "when it was dropped"),
        stored("dropped_reason", "string", "why it was dropped"),
        computed("steps", "array", "published steps, oldest first", _steps, items=_STEP),
    ),
    left_out={},
)

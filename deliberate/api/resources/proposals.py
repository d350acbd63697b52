"""Proposals and the comments in their threads."""

from deliberate import vocabulary
from deliberate.api.fields import PublicRow, Reading, computed, released, stored
from deliberate.api.resources.resource import (
    AUTHOR,
    ID,
    IN_ADDRESS,
    IN_RELEASES,
    RENDERED,
    TECHNICAL,
    Resource,
)
from deliberate.queries.proposals.proposals import proposal_status

_PROPOSALS, _COMMENTS = "proposals.csv", "comments.csv"
_HIDDEN_GROUND = stored(
    "hidden_ground",
    "string",
    "rule by which it is hidden",
    value=lambda row, _reading: row.hidden_ground if row.is_hidden else None,
    codes=tuple(vocabulary.ModerationRule),
)


def _proposal_url(row: PublicRow, reading: Reading) -> str:
    return f"{reading.base_url}/p/{row.id}"


def _shown_place(row: PublicRow, _reading: Reading) -> object:
    return row.shown_place.geometry


def _state(row: PublicRow, _reading: Reading) -> object:
    return proposal_status(row).state


PROPOSALS = Resource(
    name="proposals",
    one="a proposal; the text of one that is hidden, withdrawn or erased is null",
    model="Proposal",
    file=_PROPOSALS,
    renamed={"proposal_id": "id"},
    fields=(
        ID,
        computed("url", "uri", "its page", _proposal_url),
        stored("process_id", "integer", "process of the proposal", 1),
        computed(
            "state",
            "string",
            "its state now, which follows from its dates",
            _state,
            "published",
            codes=tuple(vocabulary.ProposalState),
        ),
        stored("title", "string", "title as the author wrote it"),
        stored("body", "string", "text as the author wrote it (Markdown)"),
        released(_PROPOSALS, "language", "id"),
        released(_PROPOSALS, "versions", 1, value=lambda r, _: r.version, columns=("version",)),
        released(_PROPOSALS, "initiator", "resident"),
        released(_PROPOSALS, "institution_id", 2),
        stored("desk_institution_id", "integer", "institution at whose office it was entered"),
        released(_PROPOSALS, "topic"),
        released(_PROPOSALS, "area"),
        released(_PROPOSALS, "place", value=_shown_place, columns=("place", "place_is_exact")),
        released(_PROPOSALS, "published_at"),
        released(_PROPOSALS, "qualified_at"),
        stored("due_at", "datetime", "until when a response is owed"),
        released(_PROPOSALS, "answered_at"),
        released(_PROPOSALS, "decision", "accepted"),
        released(_PROPOSALS, "withdrawn_at"),
        stored("withdrawn_reason", "string", "reason that the author gave"),
        stored("merged_into_id", "integer", "proposal that it was merged into"),
        stored("merged_at", "datetime", "when it was merged"),
        released(_PROPOSALS, "hidden_at", columns=("hidden_at",)),
        _HIDDEN_GROUND,
        released(
            _PROPOSALS,
            "supports",
            12,
            value=lambda r, _: r.support_count,
            columns=("support_count",),
        ),
        released(
            _PROPOSALS,
            "comments",
            5,
            value=lambda r, _: r.comment_count,
            columns=("comment_count",),
        ),
        stored("for_count", "integer", "comments for the proposal", 3),
        stored("against_count", "integer", "comments against the proposal", 1),
        stored("neutral_count", "integer", "comments that are neither", 1),
        # where the text is elsewhere, so with the readers of the text
        stored(
            "source_id",
            "string",
            "its id on the platform that it was imported from",
            columns=("source_id", "source_url"),
        ),
        stored("source_url", "string", "its address on that platform"),
    ),
    left_out={
        "author_id": AUTHOR,
        "coauthor_count": IN_RELEASES,
        "coauthor_ids": AUTHOR,
        "slug": IN_ADDRESS,
        "body_html": RENDERED,
        "renderer": TECHNICAL,
        "salt": TECHNICAL,
        "map_x": "made from the place that is shown",
        "map_y": "made from the place that is shown",
        "activity_count": "the sum of comments and supports",
        "held_until": "a hold ends by itself; the state says that it is hidden",
    },
)

COMMENTS = Resource(
    name="comments",
    one="a comment in the thread of a proposal; a text that is not shown is null",
    model="Comment",
    file=_COMMENTS,
    renamed={"comment_id": "id"},
    fields=(
        ID,
        computed("url", "uri", "its page", lambda row, r: f"{r.base_url}/c/{row.id}"),
        released(_COMMENTS, "proposal_id", 3),
        released(_COMMENTS, "parent_id"),
        released(_COMMENTS, "root_id"),
        released(_COMMENTS, "depth", 0),
        released(_COMMENTS, "author_role", "resident"),
        released(_COMMENTS, "institution_id"),
        stored("desk_institution_id", "integer", "institution at whose office it was entered"),
        stored("body", "string", "text as the author wrote it (Markdown)"),
        stored("language", "string", "language it was written in", "id"),
        released(_COMMENTS, "stance", 1),
        released(_COMMENTS, "is_question"),
        stored("is_orphan", "boolean", "an imported reply without its parent"),
        stored("is_blank", "boolean", "an imported comment with nothing to read: not counted"),
        released(_COMMENTS, "posted_at"),
        stored("edited_at", "datetime", "when the author last changed it"),
        stored(
            "corrections",
            "array",
            "corrections by the author, oldest first",
            value=lambda row, _reading: [c["body"] for c in row.corrections],
        ),
        released(_COMMENTS, "withdrawn_at"),
        released(_COMMENTS, "hidden_at", columns=("hidden_at",)),
        _HIDDEN_GROUND,
        released(
            _COMMENTS, "strong", 2, value=lambda r, _: r.strong_count, columns=("strong_count",)
        ),
        released(_COMMENTS, "weak", 0, value=lambda r, _: r.weak_count, columns=("weak_count",)),
        stored("reply_count", "integer", "replies at any depth; of top-level comments only", 1),
        stored("is_answered", "boolean", "whether staff replied; of top-level comments only"),
        stored(
            "source_id",
            "string",
            "its id on the platform that it was imported from",
            columns=("source_id", "source_note"),  # with the readers of the text
        ),
        stored("source_note", "string", "what its source notes about it"),
    ),
    left_out={
        "author_id": AUTHOR,
        "account_class": IN_RELEASES,
        "body_html": RENDERED,
        "renderer": TECHNICAL,
        "salt": TECHNICAL,
        "rating_count": "the sum of strong and weak",
        "strength": "made from strong and weak",
        "held_until": "a hold ends by itself",
    },
)

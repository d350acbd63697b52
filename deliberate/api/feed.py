"""The change feed: public acts by position, leaf hashes and tree heads up to the published head.

A receiver that keeps all three can prove that what it was given is in the signed log, and that the
log was never rewritten: `deliberate mirror` does.
"""

from dataclasses import asdict

from flask import Response
from marshmallow import Schema

from deliberate import sealing
from deliberate.api.answers import LanguageQuery, Query, json_answer, number_field
from deliberate.api.blueprint import LINK, ApiBlueprint, JsonSchema
from deliberate.queries.log.public_acts import list_leaves, list_public_acts
from deliberate.queries.log.tree_heads import latest_published_head
from deliberate.views.site.blueprint import View
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with

MAX_POSITION = 999_999_999_999
ACTS_PER_PAGE, LEAVES_PER_PAGE, HEADS_PER_PAGE = 1000, 5000, 100
TAG = "acts"
_HEX = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_SIZE = {"type": "integer", "description": "entries that the newest published tree head covers"}
_HALF: JsonSchema = {
    "type": "object",
    "description": "what everybody may read of the act; numbers are those of the other lists",
    "properties": {
        "kind": {"type": "string", "enum": list(kinds_with(Visibility.PUBLIC))},
        "hour": {"type": "string", "format": "date-time", "description": "hour of the act, UTC"},
        "actor_role": {"type": "string"},
        "account_class": {"type": "string"},
        "origin": {"type": "string"},
        "subject": {
            "type": "array",
            "items": {"type": ["string", "integer"]},
            "description": "type and number of what the act is about",
        },
        "process": {"type": ["integer", "null"]},
        "proposal": {"type": ["integer", "null"]},
        "institution": {"type": ["integer", "null"]},
        "parent": {"type": ["integer", "null"]},
        "stance": {"type": ["integer", "null"], "enum": [-1, 0, 1, None]},
        "cause": {"type": ["string", "null"], "description": "SHA-256 of the id of its cause"},
        "content": {"type": ["string", "null"], "description": "HMAC of the text"},
        "details": {"type": "object", "description": "numbers and short codes of the kind"},
    },
}
_ACT: JsonSchema = {
    "type": "object",
    "required": ["position", "public", "private", "leaf"],
    "properties": {
        "position": {"type": "integer", "description": "position in the sealed log"},
        "public": _HALF,
        "private": {**_HEX, "description": "SHA-256 of the private half"},
        "leaf": {**_HEX, "description": "SHA-256(0x00 ‖ SHA-256(public) ‖ private)"},
    },
}
_HEAD: JsonSchema = {
    "type": "object",
    "required": ["body", "key", "signature", "consistency"],
    "properties": {
        "body": {"type": "string", "description": "the signed text: size, root, time, head before"},
        "key": _HEX,
        "signature": {"type": "string"},
        "consistency": {"type": "array", "items": _HEX},
    },
}


def _list_of(name: str, item: JsonSchema, **more: JsonSchema) -> JsonSchema:
    properties = {"size": _SIZE, **more, name: {"type": "array", "items": item}}
    return {"type": "object", "required": list(properties), "properties": properties}


class ActsQuery(LanguageQuery):
    """The parameters of the public acts."""

    after = number_field("position of the last act of the page before", MAX_POSITION)
    limit = number_field("acts of a page", ACTS_PER_PAGE, 1)


class LeavesQuery(LanguageQuery):
    """The parameters of the leaf hashes."""

    first = number_field("position of the first hash", MAX_POSITION)


class HeadsQuery(LanguageQuery):
    """The parameters of the tree heads."""

    after = number_field("size of the last head that is known", MAX_POSITION)


def _published_size() -> int:
    head = latest_published_head()
    return head.size if head else 0


def show_acts(query: Query) -> Response:
    """Return public acts in the order of the log."""
    size, limit = _published_size(), query.get("limit", ACTS_PER_PAGE)
    acts = list_public_acts(query.get("after", -1), size, limit + 1)
    shown = acts[:limit]
    content = {"size": size, "acts": [asdict(act) for act in shown]}
    return json_answer(content, next_page=shown[-1].position if len(acts) > limit else None)


def show_leaves(query: Query) -> Response:
    """Return leaf hashes of all entries, which say nothing about private acts."""
    size, first = _published_size(), query.get("first", 0)
    leaves = [leaf.hex() for leaf in list_leaves(first, size, LEAVES_PER_PAGE)]
    return json_answer({"size": size, "first": first, "leaves": leaves})


def show_heads(query: Query) -> Response:
    """Return published tree heads, oldest first, each with its consistency proof."""
    heads = list(sealing.published_heads_json(query.get("after", 0), HEADS_PER_PAGE))
    return json_answer({"size": _published_size(), "heads": heads})


def add_feed(blueprint: ApiBlueprint) -> None:
    """Add the routes of the feed to the read API."""
    routes: tuple[tuple[str, View, str, JsonSchema, type[Schema]], ...] = (
        (
            "acts",
            show_acts,
            "List public acts by position, up to the published head",
            _list_of("acts", _ACT),
            ActsQuery,
        ),
        (
            "leaves",
            show_leaves,
            "List leaf hashes of all entries from a position on",
            _list_of("leaves", _HEX, first={"type": "integer"}),
            LeavesQuery,
        ),
        (
            "heads",
            show_heads,
            "List published tree heads above a size",
            _list_of("heads", _HEAD),
            HeadsQuery,
        ),
    )
    for name, view, about, schema, query in routes:
        blueprint.read(
            f"/{name}",
            view,
            name=name,
            about=about,
            tag=TAG,
            schema=schema,
            query=query,
            headers=LINK if name == "acts" else None,
        )

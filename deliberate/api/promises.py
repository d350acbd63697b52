"""Official responses and their commitments as linked data (JSON-LD in the terms of schema.org).

The values are those of the resources `responses` and `commitments`, so that one policy decides what
is shown.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from flask import Response, g

from deliberate.api.answers import MAX_PAGE_SIZE, LanguageQuery, Query, json_answer, number_field
from deliberate.api.blueprint import LINK, PREFIX, ApiBlueprint, JsonSchema
from deliberate.api.catalogue import MEDIA_TYPE, JsonLd
from deliberate.api.fields import JsonValue, PublicRow, Reading
from deliberate.api.resources import RESOURCES
from deliberate.clock import now
from deliberate.queries.responses.institutions import localized_name
from deliberate.queries.site.public_rows import (
    RowFilters,
    list_commitments_of,
    list_public_rows,
)
from deliberate.views.site.request_context import current_settings

CONTEXT = {
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
STATUSES = {
    "due": "schema:PotentialActionStatus",
    "late": "schema:PotentialActionStatus",
    "fulfilled": "schema:CompletedActionStatus",
    "dropped": "schema:FailedActionStatus",
}
"""The state of a commitment as schema.org has it; a late one is one that is still to be done."""
GRAPH: JsonSchema = {
    "type": "object",
    "required": ["@context", "@graph"],
    "properties": {"@graph": {"type": "array", "items": {"type": "object"}}},
}
Values = Mapping[str, JsonValue]


class PromisesQuery(LanguageQuery):
    """The parameters of the promises."""

    after = number_field("id of the last response of the page before")


def add_promises(blueprint: ApiBlueprint) -> None:
    """Add the promises to the read API."""
    blueprint.read(
        "/promises",
        _show_promises,
        name="promises",
        about="Get responses and their commitments as linked data (JSON-LD)",
        tag="commitments",
        schema=GRAPH,
        query=PromisesQuery,
        media_type=MEDIA_TYPE,
        headers=LINK,
    )


def _show_promises(query: Query) -> Response:
    """Return a page of responses with their commitments."""
    after, limit = query.get("after", 0), MAX_PAGE_SIZE
    rows = list_public_rows("responses", RowFilters(), after, limit + 1)
    shown = rows[:limit]
    commitments: dict[int, list[PublicRow]] = defaultdict(list)
    for row in list_commitments_of([row.id for row in shown]):
        commitments[row.response_id].append(row)
    nodes = [node for row in shown for node in _nodes(row, commitments[row.id])]
    next_page = shown[-1].id if len(rows) > limit else None
    content = {"@context": CONTEXT, "@graph": nodes}
    return json_answer(content, next_page=next_page, media_type=MEDIA_TYPE)


def _nodes(row: PublicRow, commitments: Sequence[PublicRow]) -> Iterator[JsonLd]:
    """Yield the node of a response, then those of its commitments."""
    reading = Reading(g.language, now(), _base_url())
    response = _read("responses", row, reading)
    address, language = f"{_base_url()}{PREFIX}/responses/{row.id}", response["language"]
    yield _present(
        {
            "@id": address,
            "@type": "schema:Answer",
            "schema:url": {"@id": response["url"]},
            "schema:parentItem": {
                "@id": f"{_base_url()}/p/{row.proposal_id}",
                "@type": "schema:CreativeWork",
            },
            "schema:headline": _text(response["headline"], language),
            "schema:text": _text(response["body"], language),
            "schema:inLanguage": language,
            "schema:version": response["version"],
            "schema:datePublished": _typed(response["published_at"], "dateTime"),
            "schema:author": _institution(row.institution),
            "schema:keywords": response["decision"],
            "schema:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
            "schema:mentions": [{"@id": _address(one)} for one in commitments],
        }
    )
    for one in commitments:
        yield _commitment(one, address, language, reading)


def _commitment(
    row: PublicRow, response_address: str, language: JsonValue, reading: Reading
) -> JsonLd:
    """Return the node of a commitment: an action that is to be done by a day."""
    values = _read("commitments", row, reading)
    steps = [step for step in values["steps"] if step["note"]]
    return _present(
        {
            "@id": _address(row),
            "@type": "schema:PlanAction",
            "schema:name": _text(values["what"], language),
            "schema:agent": _institution(row.institution),
            "schema:scheduledTime": _typed(values["due_on"], "date"),
            "schema:actionStatus": {"@id": STATUSES[values["state"]]},
            "schema:endTime": _typed(values["fulfilled_at"] or values["dropped_at"], "dateTime"),
            "schema:subjectOf": [{"@id": response_address}, *(_step(s, language) for s in steps)],
        }
    )


def _step(step: Values, language: JsonValue) -> JsonLd:
    return _present(
        {
            "@type": "schema:Report",
            "schema:text": _text(step["note"], language),
            "schema:datePublished": _typed(step["taken_at"], "dateTime"),
        }
    )


def _read(resource: str, row: PublicRow, reading: Reading) -> Values:
    described = RESOURCES[resource]
    names = frozenset(described.field_names) - {"answers", "commitments"}
    return described.read(row, reading, names)


def _institution(row: PublicRow) -> JsonLd | None:
    """Return who answers or acts, None where it is no institution here."""
    if row is None:
        return None
    return {
        "@id": f"{_base_url()}{PREFIX}/institutions/{row.id}",
        "@type": "schema:GovernmentOrganization",
        "schema:name": localized_name(row),
    }


def _address(commitment: PublicRow) -> str:
    return f"{_base_url()}{PREFIX}/commitments/{commitment.id}"


def _text(text: JsonValue, language: JsonValue) -> JsonLd | None:
    return {"@value": text, "@language": language} if text else None


def _typed(text: JsonValue, kind: str) -> JsonLd | None:
    return {"@value": text, "@type": f"xsd:{kind}"} if text else None


def _present(node: JsonLd) -> JsonLd:
    """Return a node without what is not shown or not known."""
    return {name: value for name, value in node.items() if value not in (None, [], "")}


def _base_url() -> str:
    return current_settings().base_url.rstrip("/")

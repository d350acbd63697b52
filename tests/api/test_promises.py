"""Responses and commitments as linked data: valid by the terms of schema.org, and what is shown."""

import json
import re
from datetime import date, datetime

from tests.client import anonymous_client

PAGE = "/api/v1/promises"
TEXT, DAY, MOMENT, NODE, NUMBER = "text", "date", "dateTime", "node", "number"
SHAPES = {
    "schema:Answer": {
        "schema:url": {NODE},
        "schema:parentItem": {"schema:CreativeWork"},
        "schema:headline": {TEXT},
        "schema:text": {TEXT},
        "schema:inLanguage": {TEXT},
        "schema:version": {NUMBER},
        "schema:datePublished": {MOMENT},
        "schema:author": {"schema:GovernmentOrganization"},
        "schema:keywords": {TEXT},
        "schema:license": {NODE},
        "schema:mentions": {NODE},
    },
    "schema:PlanAction": {
        "schema:name": {TEXT},
        "schema:agent": {"schema:GovernmentOrganization"},
        "schema:scheduledTime": {DAY},
        "schema:actionStatus": {NODE},
        "schema:endTime": {MOMENT},
        "schema:subjectOf": {NODE, "schema:Report"},
    },
    "schema:Report": {"schema:text": {TEXT}, "schema:datePublished": {MOMENT}},
    "schema:GovernmentOrganization": {"schema:name": {TEXT}},
    "schema:CreativeWork": {},
}
"""Types with their properties and what these point to: an excerpt of schema.org 28."""
REQUIRED = {
    "schema:Answer": {"schema:parentItem", "schema:datePublished", "schema:inLanguage"},
    "schema:PlanAction": {"schema:name", "schema:scheduledTime", "schema:actionStatus"},
}
STATUSES = {"Potential", "Active", "Completed", "Failed"}


def _kind(value: object) -> str:
    if isinstance(value, dict):
        if "@type" in value and "@value" not in value:
            return str(value["@type"])
        if "@value" in value:
            kind = str(value.get("@type", "")).removeprefix("xsd:") or TEXT
            if kind == DAY:
                date.fromisoformat(value["@value"])
            if kind == MOMENT:
                datetime.fromisoformat(value["@value"])
            return kind
        return NODE
    return NUMBER if isinstance(value, int) else TEXT


def faults(node: dict) -> list[str]:
    """Return what a node has against the shape of its type."""
    shape, kind = SHAPES[node["@type"]], node["@type"]
    found = [f"{kind} lacks {name}" for name in REQUIRED.get(kind, set()) - set(node)]
    for name, values in node.items():
        if name.startswith("@"):
            continue
        for value in values if isinstance(values, list) else [values]:
            if _kind(value) not in shape.get(name, set()):
                found.append(f"{kind} {name}: {value}")
            if isinstance(value, dict) and "@type" in value and "@value" not in value:
                found += faults(value)
    return found


def _read_all(client) -> list[dict]:
    nodes, address = [], PAGE
    while address:
        answer = client.get(address)
        assert answer.mimetype == "application/ld+json"
        nodes += answer.json["@graph"]
        link = re.match(r'<[^>]*?(/api/[^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else ""
    return nodes


def test_promises_are_valid_and_complete(shared_city):
    client = anonymous_client(shared_city)
    nodes = _read_all(client)
    assert [fault for node in nodes for fault in faults(node)] == []
    addresses = {node["@id"] for node in nodes}
    assert len(addresses) == len(nodes)
    for node in nodes:
        assert {one["@id"] for one in node.get("schema:mentions", [])} <= addresses
    statuses = {n["schema:actionStatus"]["@id"] for n in nodes if "schema:actionStatus" in n}
    assert {
        one.removeprefix("schema:").removesuffix("ActionStatus") for one in statuses
    } <= STATUSES
    for resource, kind in (("responses", "schema:Answer"), ("commitments", "schema:PlanAction")):
        listed = client.get(f"/api/v1/{resource}?limit=100").json["data"]
        ids = {int(n["@id"].rsplit("/", 1)[1]) for n in nodes if n["@type"] == kind}
        assert {row["id"] for row in listed} <= ids


def test_shapes_refuse_what_is_not_of_schema_org():
    answer = {"@type": "schema:Answer", "schema:verdict": "x", "schema:version": "1"}
    found = json.dumps(faults(answer))
    assert "schema:verdict" in found
    assert "schema:version" in found
    assert "lacks schema:datePublished" in found

"""Responses and commitments as linked data: valid by the terms of schema.org, and what is shown."""

import re
from copy import deepcopy

import pytest

from tests.api.linked_data import list_violations
from tests.client import anonymous_client

PAGE = "/api/v1/promises"
DAY = {"@value": "2026-03-01", "@type": "xsd:date"}


@pytest.fixture(scope="module")
def promises(shared_city) -> dict:
    """Return all pages of the promises as one document."""
    client, nodes, address = anonymous_client(shared_city), [], PAGE
    while address:
        answer = client.get(address)
        assert answer.mimetype == "application/ld+json"
        nodes += answer.json["@graph"]
        link = re.match(r'<[^>]*?(/api/[^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else ""
    return {"@context": answer.json["@context"], "@graph": nodes}


def test_promises_are_valid_by_the_terms_of_schema_org(promises):
    assert list_violations(promises, "schema_org") == ""


def test_promises_have_every_response_and_commitment_once(shared_city, promises):
    client, nodes = anonymous_client(shared_city), promises["@graph"]
    addresses = {node["@id"] for node in nodes}
    assert len(addresses) == len(nodes)
    for resource, kind in (("responses", "schema:Answer"), ("commitments", "schema:PlanAction")):
        listed = client.get(f"/api/v1/{resource}?limit=100").json["data"]
        ids = {int(n["@id"].rsplit("/", 1)[1]) for n in nodes if n["@type"] == kind}
        assert {row["id"] for row in listed} <= ids


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("schema:Answer", {"schema:verdict": "x"}),
        ("schema:Answer", {"schema:version": "1"}),
        ("schema:Answer", {"schema:datePublished": DAY}),
        ("schema:Answer", {"schema:mentions": [{"@id": "https://elsewhere.example/1"}]}),
        ("schema:PlanAction", {"schema:actionStatus": {"@id": "schema:LateActionStatus"}}),
        ("schema:PlanAction", {"schema:scheduledTime": None}),
        ("schema:PlanAction", {"schema:name": None}),
    ],
)
def test_promises_with_a_fault_are_not_valid(promises, kind, changes):
    document = deepcopy(promises)
    node = next(node for node in document["@graph"] if node["@type"] == kind)
    node |= changes
    (name,) = changes
    assert name.removeprefix("schema:") in list_violations(document, "schema_org")

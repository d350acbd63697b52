"""The OpenAPI document describes what the API does: tried by schemathesis on every operation."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import func, select

from deliberate import models
from deliberate.api.resources import RESOURCES
from deliberate.database import db
from deliberate.models import ProcessDocument, Release, ScoreSnapshot
from tests.client import anonymous_client

PLAIN = {"Accept-Encoding": "identity"}
LISTED = {
    "documents": ProcessDocument.removed_at.is_(None),
    "releases": Release.tier == "open",
    "scores": ScoreSnapshot.id.in_(
        select(func.max(ScoreSnapshot.id)).group_by(ScoreSnapshot.process_id)
    ),
}
"""What is listed of the tables that have other rows too."""


@pytest.fixture(scope="module")
def document(shared_city: Flask) -> dict:
    with shared_city.app_context():
        return anonymous_client(shared_city).get("/api/v1/openapi.json").json


@pytest.fixture(scope="module")
def operations(shared_city: Flask, document: dict) -> list:
    """Return the operations of a client that is made from the document alone."""
    schema = schemathesis.openapi.from_dict(document)
    schema.app = shared_city.wsgi_app
    return [operation.ok() for operation in schema.get_all_operations()]


def _name_what_exists(case):
    """Put slugs that exist into a case: any other name is refused, which no schema can say."""
    for name, slug in (("process", "kipp-1a"), ("institution", "sarpras")):
        if case.query and name in case.query:
            case.query[name] = slug


def test_every_operation_answers_as_its_description_says(operations):
    assert len(operations) > 25
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=10,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case):
            _name_what_exists(case)
            case.call_and_validate(base_url="http://localhost", headers=PLAIN)

        ask()


def _list_all(operation) -> list[int]:
    """Return the ids of a list to its end, page by page; each page is as it is described."""
    ids: list[int] = []
    query: dict[str, Any] | None = {"limit": 9}
    while query is not None:
        case = operation.Case(query=query)
        answer = case.call_and_validate(base_url="http://localhost", headers=PLAIN)
        ids += [row["id"] for row in answer.json()["data"]]
        link = re.match(r'<([^>]+)>; rel="next"', answer.headers.get("link", [""])[0])
        query = dict(parse_qsl(urlsplit(link[1]).query)) if link else None
    return ids


def test_client_made_from_the_description_lists_every_row_of_the_database(shared_city, operations):
    listed = {
        tag: _list_all(operation)
        for operation in operations
        for tag in operation.definition.raw["tags"]
        if operation.definition.raw["operationId"].startswith("list_")
    }
    assert set(listed) == set(RESOURCES)
    with shared_city.app_context():
        for name, ids in listed.items():
            column = getattr(models, RESOURCES[name].model).id
            rows = select(column).where(LISTED.get(name, True)).order_by(column)
            assert ids == list(db.session.scalars(rows)), name

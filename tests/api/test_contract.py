"""The OpenAPI document describes what the API does: tried by schemathesis on every operation."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from tests.client import anonymous_client

PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def document(shared_city: Flask) -> dict:
    with shared_city.app_context():
        return anonymous_client(shared_city).get("/api/v1/openapi.json").json


def _name_what_exists(case):
    """Put slugs that exist into a case: any other name is refused, which no schema can say."""
    for name, slug in (("process", "kipp-1a"), ("institution", "sarpras")):
        if case.query and name in case.query:
            case.query[name] = slug


def test_every_operation_answers_as_its_description_says(shared_city, document):
    schema = schemathesis.openapi.from_dict(document)
    schema.app = shared_city.wsgi_app
    operations = [operation.ok() for operation in schema.get_all_operations()]
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

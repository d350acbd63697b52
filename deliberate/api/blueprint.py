"""The blueprint of the read API: documented by flask-smorest, with an audience for every route."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema
from werkzeug.routing import BaseConverter

from deliberate.text import MAX_INTEGER
from deliberate.views.site.blueprint import View
from deliberate.views.site.url_parsing import IdConverter

PREFIX = "/api/v1"
VERSION = "1.0.0"
OPENAPI_VERSION = "3.1.0"
JsonSchema = dict[str, Any]  # JSON
ID_SCHEMA = {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "in the language of the reader"},
        "errors": {"type": "object", "description": "what is wrong, by parameter"},
    },
}
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "token of an intake channel"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "signature of the message with the secret of the outside system",
    },
}
HEADERS = {
    "ETag": {"description": "version of the answer", "schema": {"type": "string"}},
    "RateLimit": {"description": "requests left, seconds until more", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "the limit", "schema": {"type": "string"}},
}
LINK = {"Link": {"description": "the next page (RFC 8288)", "schema": {"type": "string"}}}


class ApiBlueprint(Blueprint):
    """A blueprint whose routes are read by everybody and described in the OpenAPI document."""

    def read(
        self,
        rule: str,
        view: View,
        *,
        name: str,
        about: str,
        tag: str,
        schema: JsonSchema,
        query: type[Schema] | None = None,
        example: object = None,
        headers: Mapping[str, object] | None = None,
        media_type: str = "application/json",
    ) -> None:
        """Register a public GET route with its parameters, its answer and its problems."""
        read: View = view
        if query is not None:
            arguments = self.arguments(query, location="query", unknown=RAISE)
            read = arguments(read)
        described = self.doc(
            summary=about,
            operationId=name,
            responses=_responses(schema, example, {**HEADERS, **(headers or {})}, media_type, rule),
        )(read)
        described.audience = ("public",)
        described.cached = True
        self.add_url_rule(rule, name, described, tags=[tag])


def _responses(
    schema: JsonSchema,
    example: object,
    headers: Mapping[str, object],
    media_type: str,
    rule: str,
) -> dict[str, object]:
    content: dict[str, object] = {"schema": schema}
    if example is not None:
        content["example"] = example
    described: dict[str, object] = {
        "200": {"description": "OK", "content": {media_type: content}, "headers": dict(headers)},
        "304": {"description": "Not Modified"},
        "422": problem_response("a parameter is not valid"),
        "429": problem_response("too many requests"),
        "503": problem_response("the database is busy"),
    }
    if "<" in rule:
        described["404"] = problem_response("there is no such row")
    return described


def problem_response(description: str) -> dict[str, object]:
    """Return the description of an answer that is a problem."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


class Api(SmorestApi):
    """The description of the API. Errors are handled where those of the pages are."""

    def _register_error_handlers(self) -> None:
        """Register none: an error is a page or a problem by its path."""


def create_api(app: Flask, info: Mapping[str, object]) -> Api:
    """Return the description, to which blueprints are added."""
    options = {"title": "Deliberate", "version": VERSION, "openapi_version": OPENAPI_VERSION}
    api = Api(app, spec_kwargs={**options, "info": dict(info)})
    api.register_converter(IdConverter, _id_schema)
    api.spec.components.schema("Problem", PROBLEM_SCHEMA)
    for name, scheme in SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    return api


def _id_schema(_converter: BaseConverter) -> JsonSchema:
    return dict(ID_SCHEMA)

"""The routes of the read API, its OpenAPI document and its entry point."""

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from typing import cast

from flask import Flask, Response, current_app, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.api.answers import (
    LanguageQuery,
    Query,
    json_answer,
    list_query,
    list_view,
    row_query,
    row_view,
)
from deliberate.api.blueprint import LINK, PREFIX, VERSION, Api, ApiBlueprint, create_api
from deliberate.api.catalogue import add_catalogue, catalogue_blueprint
from deliberate.api.descriptions import description_in
from deliberate.api.feed import add_feed
from deliberate.api.fields import JsonValue, object_schema
from deliberate.api.intake import add_intake
from deliberate.api.outside_systems import add_outside_systems
from deliberate.api.promises import add_promises
from deliberate.api.resources import RESOURCES
from deliberate.api.resources.resource import Resource
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings

blueprint = ApiBlueprint("api", __name__, url_prefix=PREFIX)
pages_blueprint = LocalizedBlueprint("api_pages", url_prefix="/data/api")
INFO = {
    "description": (
        "What everybody reads on the pages of this installation, for programs. Times are in UTC, "
        "cut to the minute; days are those of the process. Texts are as their authors wrote them, "
        "null where they are not shown. Reading needs no account, and no cookie is used. Outside "
        "systems send statuses of cases, and channels enter acts of people: only these use POST."
    ),
    "license": {"name": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
}
ANYTHING = {"type": "object"}
METHODS = frozenset({"get", "post"})


def init_app(app: Flask) -> None:
    """Register the routes and describe them."""
    api = create_api(app, INFO)
    api.register_blueprint(blueprint)
    for resource in RESOURCES.values():
        api.spec.components.schema(resource.model, object_schema(resource.fields))
    app.register_blueprint(pages_blueprint)
    app.register_blueprint(catalogue_blueprint)
    app.extensions["read_api"] = api


def _add_resource(resource: Resource) -> None:
    row = {"$ref": f"#/components/schemas/{resource.model}"}
    example = {one.name: one.example for one in resource.fields if one.example is not None}
    rows = {"type": "array", "items": row}
    listed = {"type": "object", "required": ["data"], "properties": {"data": rows}}
    blueprint.read(
        f"/{resource.name}",
        list_view(resource),
        name=f"list_{resource.name}",
        about=f"List {resource.name} by id: {resource.one}",
        tag=resource.name,
        schema=listed,
        query=list_query(resource),
        example={"data": [example]},
        headers=LINK,
    )
    blueprint.read(
        f"/{resource.name}/<id:row_id>",
        row_view(resource),
        name=f"get_{resource.name}",
        about=f"Get {resource.one}",
        tag=resource.name,
        schema=row,
        query=row_query(resource),
        example=example,
    )


def _show_index(_query: Query) -> Response:
    """Return the addresses of everything."""
    base = current_settings().base_url.rstrip("/") + PREFIX
    return json_answer(
        {
            "version": VERSION,
            "openapi": f"{base}/openapi.json",
            "reference": f"{current_settings().base_url.rstrip('/')}/{g.language}/data/api",
            "resources": {name: f"{base}/{name}" for name in RESOURCES},
            "catalogue": f"{base}/catalogue",
            "promises": f"{base}/promises",
            "feed": {name: f"{base}/{name}" for name in ("acts", "leaves", "heads")},
            "licence": "CC-BY-4.0",
        }
    )


def _show_openapi(_query: Query) -> Response:
    """Return the OpenAPI document."""
    return json_answer(openapi_document())


def _show_schema(_query: Query) -> Response:
    """Return the JSON Schema of every resource, with the version of the contract."""
    return json_answer(
        {
            "version": VERSION,
            "resources": {name: object_schema(one.fields) for name, one in RESOURCES.items()},
        }
    )


def openapi_document() -> dict[str, JsonValue]:
    """Return the OpenAPI document of the running application."""
    api = cast(Api, current_app.extensions["read_api"])
    document: dict[str, JsonValue] = deepcopy(api.spec.to_dict())
    for item in document["paths"].values():
        for method in METHODS & item.keys():
            item[method]["responses"].pop("default", None)
    components = document["components"]
    schemas = {k: v for k, v in components["schemas"].items() if k != "Error"}
    document["components"] = {
        "schemas": schemas,
        "securitySchemes": components["securitySchemes"],
    }
    return {**document, "servers": [{"url": current_settings().base_url.rstrip("/")}]}


@pages_blueprint.page("", "public", cached=True)
def reference() -> ResponseReturnValue:
    """Show the reference of the API, made from the same description as the OpenAPI document."""
    return render_template(
        "releases/api.html",
        resources=RESOURCES.values(),
        operations=_operations(),
        in_language=partial(description_in, g.language),
        base=current_settings().base_url.rstrip("/"),
        version=VERSION,
    )


def _operations() -> Mapping[str, list[JsonValue]]:
    """Return the operations of the description by tag: path, method, summary and parameters."""
    found: dict[str, list[JsonValue]] = {}
    summaries = _resource_summaries()
    for path, item in openapi_document()["paths"].items():
        for method in METHODS & item.keys():
            operation = {"path": path, "method": method.upper(), **item[method]}
            summary = summaries.get(operation["operationId"])
            operation["summary"] = summary or description_in(g.language, operation["summary"])
            parameters = [*operation.get("parameters", ()), *item.get("parameters", ())]
            operation["parameters"] = [one for one in parameters if "description" in one]
            found.setdefault(operation["tags"][0], []).append(operation)
    return found


def _resource_summaries() -> Mapping[str, str]:
    """Return what the operations of the resources do, in the language of the reader."""
    found: dict[str, str] = {}
    for name, resource in RESOURCES.items():
        row = description_in(g.language, resource.one)
        found[f"list_{name}"] = _("List by id: %(row)s", row=row)
        found[f"get_{name}"] = _("Get one by id: %(row)s", row=row)
    return found


_TOOLS = (
    ("/", _show_index, "index", "Show the addresses of everything"),
    ("/openapi.json", _show_openapi, "openapi", "Get this description (OpenAPI 3.1)"),
    ("/schema", _show_schema, "schema", "Get the JSON Schema of every resource"),
)
for rule, view, name, about in _TOOLS:
    blueprint.read(
        rule, view, name=name, about=about, tag="description", schema=ANYTHING, query=LanguageQuery
    )
for each in RESOURCES.values():
    _add_resource(each)
add_feed(blueprint)
add_catalogue(blueprint)
add_promises(blueprint)
add_outside_systems(blueprint)
add_intake(blueprint)

"""Answers of the API: lists with a cursor, and single rows, with the fields that were asked for."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import OneOf, Range

from deliberate.api.fields import JsonValue, PublicRow, Reading
from deliberate.api.resources.resource import Resource
from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.queries.site.public_rows import (
    RowFilters,
    filters_of,
    get_public_row,
    list_public_rows,
)
from deliberate.text import MAX_INTEGER
from deliberate.views.site.request_context import current_settings, get_or_404

PAGE_SIZE, MAX_PAGE_SIZE = 50, 100
Query = dict[str, Any]  # the values of the parameters
_NO_PROCESS = _("There is no process with this slug.")
_NO_INSTITUTION = _("There is no institution with this slug.")
NUMBER = {"invalid": _("Enter a whole number.")}
"""Messages of a parameter that takes a number."""


def language_field() -> fields.String:
    """Return the parameter for the language of names and messages."""
    return fields.String(
        validate=OneOf(LANGUAGES, error=_("Choose id or en.")),
        metadata={
            "description": "language of names and messages: id (Indonesian) or en (English)",
            "enum": list(LANGUAGES),
        },
    )


def number_field(meaning: str, most: int = MAX_INTEGER, least: int = 0) -> fields.Integer:
    """Return a parameter that takes a whole number."""
    message = _("Choose a number from %(least)s to %(most)s.", least=least, most=most)
    return fields.Integer(
        strict=False,
        error_messages=NUMBER,
        validate=Range(least, most, error=message),
        metadata={"description": meaning},
    )


class LanguageQuery(Schema):
    """The parameter that every address has."""

    error_messages = {"unknown": _("This parameter is not known.")}
    language = language_field()


def row_query(resource: Resource) -> type[Schema]:
    """Return the parameters of a single row."""
    return type(f"{resource.model}Query", (LanguageQuery,), {"fields": _fields_field(resource)})


def list_query(resource: Resource) -> type[Schema]:
    """Return the parameters of the list of a resource."""
    parameters: dict[str, fields.Field[Any]] = {
        "fields": _fields_field(resource),
        "after": number_field("id of the last row of the page before"),
        "limit": number_field("rows of a page", MAX_PAGE_SIZE, 1),
    }
    available: dict[str, fields.Field[Any]] = {
        "process": _slug_field("slug of a process", get_process, _NO_PROCESS),
        "proposal": number_field("number of a proposal"),
        "institution": _slug_field(
            "slug of an institution", get_institution_by_slug, _NO_INSTITUTION
        ),
    }
    parameters |= {name: available[name] for name in filters_of(resource.name)}
    return type(f"{resource.model}ListQuery", (LanguageQuery,), parameters)


def _slug_field(meaning: str, find: Callable[[str], object], message: LazyString) -> fields.String:
    """Return a parameter that names a row; an empty or unknown name is refused, never ignored."""

    def check(value: str) -> None:
        if not value or find(value) is None:
            raise ValidationError(str(message))

    return fields.String(validate=check, metadata={"description": meaning, "minLength": 1})


def _fields_field(resource: Resource) -> fields.String:
    def check(value: str) -> None:
        unknown = [name for name in value.split(",") if name not in resource.field_names]
        if unknown:
            raise ValidationError(
                str(_("There is no field %(name)s.", name=", ".join(sorted(unknown))))
            )

    names = "|".join(resource.field_names)
    return fields.String(
        validate=check,
        metadata={
            "description": "names of the fields to return, with commas between; all if absent",
            "pattern": f"^({names})(,({names}))*$",
        },
    )


def list_view(resource: Resource) -> Callable[[Query], Response]:
    """Return the view of the list of a resource."""

    def show(query: Query) -> Response:
        limit = query.get("limit", PAGE_SIZE)
        filters = RowFilters(
            query.get("process", ""), query.get("proposal"), query.get("institution", "")
        )
        rows = list_public_rows(resource.name, filters, query.get("after", 0), limit + 1)
        shown = rows[:limit]
        content = {"data": _read_rows(resource, shown, query)}
        has_more = len(rows) > limit
        return json_answer(content, next_page=shown[-1].id if has_more else None)

    return show


def row_view(resource: Resource) -> Callable[..., Response]:
    """Return the view of one row of a resource."""

    def show(query: Query, row_id: int) -> Response:
        row = get_or_404(get_public_row(resource.name, row_id))
        return json_answer(_read_rows(resource, [row], query)[0])

    return show


def _read_rows(
    resource: Resource, rows: Sequence[PublicRow], query: Mapping[str, JsonValue]
) -> list[dict[str, JsonValue]]:
    chosen = query.get("fields")
    names = frozenset(chosen.split(",") if chosen else resource.field_names)
    base_url = current_settings().base_url.rstrip("/")
    reading = Reading(g.language, now(), base_url, resource.share(rows))
    return [resource.read(row, reading, names) for row in rows]


def json_answer(
    content: object, *, next_page: int | None = None, media_type: str = "application/json"
) -> Response:
    """Return a content as JSON, with a link to the next page if there is one."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
    response = Response(body, mimetype=media_type)
    response.content_language.add(g.language)
    response.vary.add("Accept-Language")
    if next_page is not None:
        values: dict[str, Any] = {**request.args.to_dict(), "after": next_page}
        address = url_for(request.endpoint or "", **values)
        response.headers["Link"] = f'<{_base_url()}{address}>; rel="next"'
    return response


def _base_url() -> str:
    return current_settings().base_url.rstrip("/")

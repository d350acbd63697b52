"""Errors of the read API as application/problem+json (RFC 9457), in the language of the reader."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, g
from flask_babel import gettext as _

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/"
COOKIELESS_PREFIXES = (API_PREFIX, "/embed/")
"""Paths whose answers read and set no cookie: other sites show them to their readers."""


def is_api(path: str) -> bool:
    """Return whether a path belongs to the read API."""
    return path.startswith(API_PREFIX)


def is_cookieless(path: str) -> bool:
    """Return whether the answer of a path depends on no cookie and sets none."""
    return path.startswith(COOKIELESS_PREFIXES)


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem: what is wrong, and which parameters are, in the language of the reader."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _detail(status),
    }
    if errors:
        content["errors"] = errors
    body = json.dumps(content, ensure_ascii=False) + "\n"
    response = Response(body, status, mimetype=MEDIA_TYPE, headers=dict(headers or {}))
    response.content_language.add(str(g.get("language", "id")))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _detail(status: int) -> str:
    details = {
        400: _("The request cannot be read."),
        404: _("There is nothing at this address."),
        405: _("This address does not take this method. The header Allow says which it takes."),
        410: _("This was removed."),
        429: _("Too many requests from this network. Wait, then go on."),
        503: _("The database is busy. Ask again in a few seconds."),
    }
    return str(details.get(status) or _("The request failed."))

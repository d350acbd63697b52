"""Gzip compression of pages and static files that contain no secrets."""

import gzip
from functools import cache

from flask import Flask, Response, request

from deliberate.views.site.request_context import current_person

MIN_BYTES = 1000
"""Responses below this size do not get smaller."""
COMPRESSIBLE_TYPES = ("text/", "image/svg+xml", "application/json", "application/javascript")
PAGE_LEVEL = 6
FILE_LEVEL = 9


def init_app(app: Flask) -> None:
    """Compress responses; registered before other response hooks, so it runs after them."""
    app.after_request(_compress)


def compressed_file(content: bytes, mimetype: str) -> Response | None:
    """Return the content of a static file as a compressed response, cached in memory.

    Return None for a file of another type and for a client that does not accept gzip.
    """
    if not mimetype.startswith(COMPRESSIBLE_TYPES) or not accepts_gzip():
        return None
    response = Response(_compress_content(content), mimetype=mimetype)
    response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response


@cache
def _compress_content(content: bytes) -> bytes:
    return gzip.compress(content, FILE_LEVEL, mtime=0)


def _compress(response: Response) -> Response:
    if not _is_compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    if accepts_gzip():
        response.set_data(gzip.compress(response.get_data(), PAGE_LEVEL, mtime=0))
        response.content_encoding = "gzip"
        etag, _is_weak = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
    return response


def _is_compressible(response: Response) -> bool:
    """Return whether compressing is safe and useful.

    Pages of signed-in people contain tokens, which the compressed length would reveal (BREACH).
    """
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.is_streamed
        and not response.direct_passthrough
        and not response.content_encoding
        and (response.mimetype or "").startswith(COMPRESSIBLE_TYPES)
        and (response.calculate_content_length() or 0) >= MIN_BYTES
        and current_person() is None
    )


def accepts_gzip() -> bool:
    """Return whether the client reads compressed responses."""
    return request.accept_encodings.quality("gzip") > 0

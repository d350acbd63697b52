"""Answers made small for slow networks, where nothing secret could be guessed from their length."""

import gzip
from functools import cache
from pathlib import Path

from flask import Flask, Response, request

from deliberate.views.site.request_hooks import current_person

LEAST = 1000
"""Bytes under which packing saves nothing."""
TEXTS = ("text/", "image/svg+xml", "application/json", "application/javascript")
LEVEL = 6


def init_app(app: Flask) -> None:
    """Pack the pages and files that may be; called before other makers of answers, so runs last."""
    app.after_request(_pack)


def packed_file(path: Path, mimetype: str) -> Response | None:
    """A static file, packed once and kept; None where it is no text or is asked for whole."""
    if not mimetype.startswith(TEXTS) or not _takes_packed():
        return None
    answer = Response(_packed(path), mimetype=mimetype)
    answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    return answer


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _pack(answer: Response) -> Response:
    """Pages of signed-in people carry tokens; packed, their length would tell of them (BREACH)."""
    if not _may_be_packed(answer):
        return answer
    answer.vary.add("Accept-Encoding")
    if _takes_packed():
        answer.set_data(gzip.compress(answer.get_data(), LEVEL, mtime=0))
        answer.content_encoding = "gzip"
        etag, _is_weak = answer.get_etag()
        if etag:
            answer.set_etag(etag, weak=True)
    return answer


def _may_be_packed(answer: Response) -> bool:
    return (
        request.method == "GET"
        and answer.status_code == 200
        and not answer.is_streamed
        and not answer.direct_passthrough
        and not answer.content_encoding
        and (answer.mimetype or "").startswith(TEXTS)
        and (answer.calculate_content_length() or 0) >= LEAST
        and current_person() is None
    )


def _takes_packed() -> bool:
    return request.accept_encodings.quality("gzip") > 0

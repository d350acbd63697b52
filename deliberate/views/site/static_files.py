"""Static files: their URLs contain a hash of the content, and stylesheets are minified at start."""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

import rcssmin  # type: ignore[import-untyped]  # it has no stubs
from flask import Flask, Response, abort, current_app, request, send_from_directory, url_for
from werkzeug.security import safe_join

from deliberate.views.site.delivery import compression

MAX_AGE = 300
"""Seconds for which a file without a hash in its name is cached."""
ONE_YEAR = 31536000
"""Seconds for which a file is cached whose URL changes with its content."""
_HASHED = re.compile(r"(?P<stem>.+)\.[0-9a-f]{12}(?P<suffix>\.\w+)")


def init_app(app: Flask) -> None:
    """Serve static files by hashed name and minify the stylesheets."""
    app.view_functions["static"] = _send_static_file
    _send_static_file.audience = ("public",)  # type: ignore[attr-defined]  # of a function
    for path in Path(str(app.static_folder)).glob("*.css"):
        served_content(path)


def asset_url(name: str) -> str:
    """Return the URL of a static file, which contains a hash of what is served."""
    path = Path(str(current_app.static_folder)) / name
    if not path.is_file():
        return url_for("static", filename=name)
    stem, _, suffix = name.rpartition(".")
    return url_for("static", filename=f"{stem}.{_content_hash(path)}.{suffix}")


@cache
def served_content(path: Path) -> bytes:
    """Return the bytes that are served for a file: stylesheets minified, other files unchanged."""
    content = path.read_bytes()
    return bytes(rcssmin.cssmin(content)) if path.suffix == ".css" else content


@cache
def _content_hash(path: Path) -> str:
    return hashlib.sha256(served_content(path)).hexdigest()[:12]


def _send_static_file(filename: str) -> Response:
    hashed = _HASHED.fullmatch(filename)
    name = hashed["stem"] + hashed["suffix"] if hashed else filename
    path = safe_join(str(current_app.static_folder), name)
    if path is None or not Path(path).is_file() or (hashed and asset_url(name) != request.path):
        abort(404)
    response = _file_response(Path(path), name)
    response.cache_control.public = True
    response.cache_control.max_age = ONE_YEAR if hashed else MAX_AGE
    response.cache_control.immutable = bool(hashed)
    return response


def _file_response(path: Path, name: str) -> Response:
    mimetype = mimetypes.guess_type(name)[0] or ""
    content = served_content(path)
    if compressed := compression.compressed_file(content, mimetype):
        return compressed
    if path.suffix == ".css":
        return Response(content, mimetype=mimetype)
    return send_from_directory(str(current_app.static_folder), name)

"""What every answer carries: headers by exact value, static files by hash, words for templates."""

import hashlib
import mimetypes
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    request,
    send_from_directory,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

from deliberate.config import LANGUAGES, Settings
from deliberate.queries.log import published_head
from deliberate.views.site import compression as compression_views
from deliberate.views.site.request_hooks import (
    current_person,
    in_language,
    new_csrf_token,
    new_form_key,
)

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "",
}
A_YEAR = 31536000
"""Seconds a file may be kept whose address changes with its content."""
_HASHED = re.compile(r"(?P<stem>.+)\.[0-9a-f]{12}(?P<ending>\.\w+)")


def init_app(app: Flask) -> None:
    """Dress every answer and give templates their words."""
    app.view_functions["static"] = _static_file
    _static_file.audience = ("public",)  # type: ignore[attr-defined]
    compression_views.init_app(app)
    app.after_request(_set_security_headers)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        local_time=local_time,
        form_key=new_form_key,
        csrf_token=new_csrf_token,
        switch_url=in_language,
        languages=LANGUAGES,
        settings=app.config["SETTINGS"],
    )
    app.context_processor(_page_words)


def _page_words() -> dict[str, Any]:
    """A page that has read the head already says so in `g`."""
    head = g.log_head if "log_head" in g else published_head()
    return {"language": g.get("language", "id"), "log_head": head}


def local_time(moment: datetime | date, pattern: str = "d MMM y") -> str:
    """A date or moment in the reader's language and the site's zone, by a Babel pattern."""
    settings: Settings = current_app.config["SETTINGS"]
    return _spoken(moment, pattern, g.get("language", "id"), settings.timezone)


@lru_cache(maxsize=4096)
def _spoken(moment: datetime | date, pattern: str, language: str, zone: str) -> str:
    if isinstance(moment, datetime):
        return format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=language)
    return format_date(moment, pattern, locale=language)


def asset(name: str) -> str:
    """The address of a static file, which changes with its content and may be kept for a year."""
    mark = _mark(Path(str(current_app.static_folder)) / name)
    stem, _, ending = name.rpartition(".")
    return url_for("static", filename=f"{stem}.{mark}.{ending}" if mark else name)


def conditional_response(mark: str, render: Callable[[], str]) -> ResponseReturnValue:
    """A page that is the same for everybody: 304 while its mark is, made anew for signed-in people.

    Messages after a redirect are in the session, so whoever has one gets the page whole.
    """
    if current_person() is not None or session:
        return render()
    told = f"{mark} {request.full_path} {_release(str(current_app.template_folder))}"
    etag = hashlib.sha256(told.encode()).hexdigest()[:24]
    if request.if_none_match.contains_weak(etag):
        answer = Response(status=304)
    else:
        answer = Response(render(), mimetype="text/html")
    answer.set_etag(etag, weak=True)
    return answer


@cache
def _release(templates: str) -> str:
    """What pages are made of: templates and translations of this release."""
    folders = (Path(templates), Path(__file__).parents[2] / "translations")
    files = sorted(file for folder in folders for file in folder.rglob("*.*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@cache
def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _static_file(filename: str) -> Response:
    folder = str(current_app.static_folder)
    hashed = _HASHED.fullmatch(filename)
    if hashed is None:
        return send_from_directory(folder, filename, max_age=300)
    name = hashed["stem"] + hashed["ending"]
    if asset(name) != request.path:
        abort(404)
    path = safe_join(folder, name)
    kind = mimetypes.guess_type(name)[0] or ""
    answer = compression_views.packed_file(Path(path), kind) if path else None
    answer = answer or send_from_directory(folder, name, max_age=A_YEAR)
    answer.cache_control.public = True
    answer.cache_control.max_age = A_YEAR
    answer.cache_control.immutable = True
    return answer


def _is_somebodys() -> bool:
    """Whether the answer may be one person's; nothing is asked of a database that may be away."""
    person = g.get("_login_user")
    return "_user_id" in session if person is None else bool(person.is_authenticated)


def _set_security_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    settings: Settings = current_app.config["SETTINGS"]
    if settings.mode == "production":
        answer.headers.setdefault(
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
        )
    if request.endpoint != "static":
        if _is_somebodys():
            answer.headers["Cache-Control"] = "no-store"
        answer.headers.setdefault("Cache-Control", "no-cache")
        answer.vary.add("Cookie")
    return answer

"""Security headers, cache headers and conditional responses."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, session
from flask.typing import ResponseReturnValue

from deliberate.views.site.request_context import current_person, current_settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "",
}
CLEAR_SITE_DATA = {"Clear-Site-Data": '"storage"'}
"""Header of the responses that end a session: the browser deletes the drafts it stored."""


def init_app(app: Flask) -> None:
    """Add security and cache headers to every response."""
    app.after_request(set_security_headers)


FILES = {"static", "pictures.show", "share_cards.show"}
"""Endpoints that set their own Cache-Control."""


def set_security_headers(response: Response) -> Response:
    """Set the security headers, and Cache-Control and Vary for everything but static files."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_settings().uses_tls:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
        )
    if request.endpoint not in FILES:
        if _has_session():
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Cache-Control", "no-cache")
        response.vary.add("Cookie")
    return response


def _has_session() -> bool:
    """Return whether the response may be personal, without a query: the database may be down."""
    person = g.get("_login_user")
    return "_user_id" in session if person is None else bool(person.is_authenticated)


def conditional_response(version: str, render: Callable[[], str]) -> ResponseReturnValue:
    """Return 304 to a client that has this version of a page, else the rendered page with an ETag.

    Requests with a session always get the full page: it may be personal, and messages flashed
    before a redirect are in the session.
    """
    if current_person() is not None or session:
        return render()
    page_version = f"{version} {request.full_path} {_release(_page_folders())}"
    etag = hashlib.sha256(page_version.encode()).hexdigest()[:24]
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = Response(render(), mimetype="text/html")
    response.set_etag(etag, weak=True)
    return response


def _page_folders() -> tuple[Path, ...]:
    """Return the folders whose content decides what a page says and which files it loads."""
    translations = Path(__file__).parents[2] / "translations"
    return (
        Path(str(current_app.template_folder)),
        Path(str(current_app.static_folder)),
        translations,
    )


@cache
def _release(folders: tuple[Path, ...]) -> str:
    """Return a hash of the templates, static files and translations of pages."""
    files = sorted(file for folder in folders for file in folder.rglob("*.*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

"""Security headers, and the cache headers of pages that are not cached."""

from flask import Flask, Response, g, request, session

from deliberate.views.site.delivery.framing import set_embed_headers
from deliberate.views.site.delivery.problems import is_cookieless
from deliberate.views.site.request_context import current_settings

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
    """Set the security headers, and Cache-Control and Vary where nothing else sets them."""
    set_embed_headers(response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_settings().uses_tls:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
        )
    if request.endpoint not in FILES and not g.get("is_shared_page"):
        if not is_cookieless(request.path) and _has_session():
            response.headers["Cache-Control"] = "private, no-store"
        response.headers.setdefault("Cache-Control", "no-cache")
        response.vary.add("Accept-Language" if is_cookieless(request.path) else "Cookie")
    return response


def _has_session() -> bool:
    """Return whether the response may be personal, without a query: the database may be down."""
    person = g.get("_login_user")
    return "_user_id" in session if person is None else bool(person.is_authenticated)

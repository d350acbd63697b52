"""The language cookie: set once a reader has chosen a language, never before."""

from flask import Flask, Response, current_app, request

from deliberate.views.site.request_context import language_of
from deliberate.views.site.url_parsing import split_url

ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    """Set the cookie on responses."""
    app.after_request(set_language_cookie)


def set_language_cookie(response: Response) -> Response:
    """Store the language of this page if the reader used the language switch or has a cookie."""
    language = language_of(request.path)
    name = current_app.config["LANGUAGE_COOKIE_NAME"]
    stored = request.cookies.get(name)
    is_page = request.method == "GET" and response.status_code == 200
    if not language or not is_page or stored == language:
        return response
    if stored is None and not _used_language_switch(language):
        return response
    response.set_cookie(
        name,
        language,
        max_age=ONE_YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    if "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _used_language_switch(language: str) -> bool:
    """Return whether the previous page was one of this site in another language."""
    referrer = split_url(request.referrer or "")
    is_same_host = referrer.netloc == request.host
    return is_same_host and language_of(referrer.path) not in {"", language}

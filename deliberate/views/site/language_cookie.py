"""The language cookie: set once a reader has chosen, so that pages of others carry none."""

from flask import Flask, Response, current_app, request

from deliberate.views.site.request_hooks import language_of
from deliberate.views.site.url_parsing import parts_of

A_YEAR = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    """Watch for readers who change the language."""
    app.after_request(_remember)


def _remember(answer: Response) -> Response:
    """Keep the language of this page when the reader came by the switch or has a cookie already."""
    spoken = language_of(request.path)
    name = current_app.config["LANGUAGE_COOKIE_NAME"]
    kept = request.cookies.get(name)
    is_page = request.method == "GET" and answer.status_code == 200
    if not spoken or not is_page or kept == spoken:
        return answer
    if kept is None and not _came_by_switch(spoken):
        return answer
    answer.set_cookie(
        name,
        spoken,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _came_by_switch(spoken: str) -> bool:
    """Whether the page before was one of this site in another language."""
    before = parts_of(request.referrer or "")
    return before.netloc == request.host and language_of(before.path) not in {"", spoken}

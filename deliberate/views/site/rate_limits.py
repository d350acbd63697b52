"""Rate limits of requests: count POST requests, and show when to try again."""

from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.days import date_text
from deliberate.operations.site.rate_limits import (
    UPLOADS,
    RateLimit,
    TooManyAttempts,
    consume,
    refund,
)
from deliberate.views.site.form_pages import UNPROCESSABLE
from deliberate.views.site.request_context import current_person, submitted_fields

if TYPE_CHECKING:
    from wtforms import Field


def init_app(app: Flask) -> None:
    """Register the hooks; they run after authorization, so that only permitted requests count."""
    app.before_request(_consume_rate_limit)
    app.after_request(_refund_failed)
    app.after_request(_mark_limited_form)
    app.register_error_handler(TooManyAttempts, handle_too_many_attempts)


def _consume_rate_limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit: RateLimit | None = getattr(view, "rate_limit", None)
    if limit is not None and request.method == "POST":
        g.consumed = consume(limit, request.remote_addr or "", current_person())


def count_upload() -> None:
    """Count an uploaded file before it is used; refused files count too. Raises TooManyAttempts."""
    consume(UPLOADS, request.remote_addr or "", current_person())


def _refund_failed(response: Response) -> Response:
    if response.status_code >= 400 and (consumed := g.pop("consumed", None)):
        refund(consumed)
    return response


def handle_too_many_attempts(error: TooManyAttempts) -> ResponseReturnValue:
    """Return the error page for 429, with the submitted form and a button to send it again."""
    again = (request.full_path.rstrip("?"), submitted_fields())
    page = render_template("site/errors/429.html", retry_at=error.retry_at, again=again)
    return page, 429, retry_after(error)


def retry_after(error: TooManyAttempts) -> dict[str, str]:
    """Return the Retry-After header, in whole seconds and at least one."""
    return {"Retry-After": str(max(1, int((error.retry_at - now()).total_seconds()) + 1))}


def refuse_attempt(field: "Field", error: TooManyAttempts) -> None:
    """Show the time to try again at a field; the form that is shown again then has status 429."""
    field.errors = [retry_message(error)]
    g.limited = error


def _mark_limited_form(response: Response) -> Response:
    """Give a form that is shown again because of a limit its status and Retry-After."""
    error: TooManyAttempts | None = g.pop("limited", None)
    if error is not None and response.status_code == UNPROCESSABLE:
        response.status_code = 429
        response.headers.update(retry_after(error))
    return response


def retry_message(error: TooManyAttempts) -> str:
    """Return the message with the time to try again."""
    time = date_text(error.retry_at, "HH.mm")
    return str(_("Too many attempts. Try again at %(time)s.", time=time))

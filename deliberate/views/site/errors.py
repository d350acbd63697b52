"""Error pages: in the language of the reader, with the text that was typed."""

import secrets
from typing import Any

from flask import Flask, current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from deliberate.operations import ChangedForm, RepeatedForm
from deliberate.permissions.decision import RefusalKind, Refused
from deliberate.views.site.form_pages import see_other
from deliberate.views.site.request_context import submitted_fields
from deliberate.views.site.url_parsing import split_url

RETRY_AFTER_SECONDS = 5
"""Value of Retry-After while the database is unavailable."""
STATUSES_WITH_PAGE = {400, 403, 404, 405, 410, 413, 429}
MIN_TYPED_CHARACTERS = 20
"""Shorter values are not shown again: they are choices rather than texts."""
REFUSAL_STATUSES = {
    RefusalKind.ROLE: 403,
    RefusalKind.PERSON: 403,
    RefusalKind.STATE: 409,
    RefusalKind.INPUT: 422,
}
RESULT_PAGES = {
    "poll": ("polls.show", "poll_id"),
    "assessment": ("assessments.show", "assessment_id"),
    "sample": ("coding.show", "sample_id"),
    "office_recovery": ("office_recovery.show", "recovery_id"),
}
"""Endpoint and URL argument of the subject types that do not belong to a proposal."""


def init_app(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(CSRFError, handle_invalid_csrf_token)
    app.register_error_handler(Refused, handle_refused)
    app.register_error_handler(RepeatedForm, handle_repeated_form)
    app.register_error_handler(ChangedForm, handle_changed_form)
    app.register_error_handler(Exception, handle_unexpected_error)


def handle_http_error(error: HTTPException) -> ResponseReturnValue:
    """Return the page of an error status; redirects and other statuses pass unchanged."""
    code = error.code or 500
    if code not in STATUSES_WITH_PAGE:
        return error.get_response()
    text = "" if code == 413 else _typed_text()  # a body that is too large is not parsed
    return render_template(f"site/errors/{code}.html", text=text), code


def handle_invalid_csrf_token(_error: CSRFError) -> ResponseReturnValue:
    """Return a page that shows the submitted fields in a form with a new token."""
    return _resubmit_page(_("This form was open too long or came from elsewhere.")), 400


def handle_changed_form(_error: ChangedForm) -> ResponseReturnValue:
    """Return a page that shows the submitted fields in a form with a new form key."""
    return _resubmit_page(_("This form was sent before with other text.")), 409


def _resubmit_page(reason: str) -> str:
    again = (request.full_path.rstrip("?"), submitted_fields())
    return render_template("site/errors/400.html", reason=reason, again=again)


def handle_refused(error: Refused) -> ResponseReturnValue:
    """Return a page with the reason of the refusal and the typed text for copying."""
    status = REFUSAL_STATUSES[error.kind]
    page = render_template(
        f"site/errors/{status}.html",
        reason=error.reason,
        kind=error.kind.value,
        possible_from=error.possible_from,
        place=error.place,
        text=_typed_text(),
        back_url=_previous_url(),
    )
    return page, status


def _previous_url() -> str:
    """Return the page of the site that the request came from, empty if it is unknown."""
    previous = split_url(request.referrer or "")
    if previous.netloc != request.host or previous.path == request.path:
        return ""
    return f"{previous.path}?{previous.query}" if previous.query else previous.path


def handle_repeated_form(error: RepeatedForm) -> ResponseReturnValue:
    """Redirect to the result of the first submission."""
    flash(_("This was counted already; nothing was counted twice."))
    return see_other(_url_of_result(error))


def _url_of_result(first: RepeatedForm) -> str:
    if first.subject_type in RESULT_PAGES:
        endpoint, argument = RESULT_PAGES[first.subject_type]
        values: dict[str, Any] = {argument: first.subject_id}  # Any: url_for has other keywords
        return url_for(endpoint, **values)
    if first.proposal_id is not None:
        return url_for("proposals.show", proposal_id=first.proposal_id)
    return url_for("home.front")


def handle_unexpected_error(error: Exception) -> ResponseReturnValue:
    """Log an exception and return a page with the request id, which finds it in the log."""
    if current_app.testing and not current_app.config.get("SHOW_FAILURES"):
        raise error
    request_id = g.get("request_id") or secrets.token_hex(8)
    fields = {"request_id": request_id}
    current_app.logger.error("unexpected error", exc_info=error, extra={"fields": fields})
    return _render_without_database("site/errors/500.html", reference=request_id), 500


def handle_database_unavailable(error: Exception) -> ResponseReturnValue:
    """Log that the database is locked, full or down, and return a page that says when to retry."""
    fields = {"request_id": g.get("request_id", "")}
    current_app.logger.warning("database unavailable", exc_info=error, extra={"fields": fields})
    page = _render_without_database("site/errors/503.html", wait=RETRY_AFTER_SECONDS)
    return page, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}


def _render_without_database(template: str, **context: object) -> str:
    """Render a template without the context processors, which query the database."""
    return current_app.jinja_env.get_template(template).render(**context)


def _typed_text() -> str:
    fields = submitted_fields() if request.method == "POST" else []
    texts = [text for name, text in fields if "pass" not in name]
    return "\n\n".join(text for text in texts if len(text) > MIN_TYPED_CHARACTERS)

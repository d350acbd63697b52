"""Error pages: in the language of the reader, with the text that was typed."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, BadRequest, HTTPException

from deliberate.file_storage import StorageUnavailable
from deliberate.operations import ChangedForm, RepeatedForm
from deliberate.permissions.decision import RefusalKind, Refused
from deliberate.queries.documents.documents import get_document_id_of
from deliberate.queries.processes.processes import get_process_of
from deliberate.queries.site.read_database import read_primary_instead
from deliberate.views.site.delivery.problems import is_api, problem
from deliberate.views.site.form_pages import (
    flash_with_receipt,
    redirect_with_message,
    see_other,
    submitted_form,
)
from deliberate.views.site.request_context import SECRETS, submitted_fields
from deliberate.views.site.url_parsing import split_url

RETRY_AFTER_SECONDS = 5
"""Value of Retry-After while the database is unavailable."""
STATUSES_WITH_PAGE = {400, 403, 404, 405, 410, 413, 429}
MIN_TYPED_CHARACTERS = 20
"""Shorter values are not shown again: they are choices rather than texts."""
MIN_KEPT_CHARACTERS = 3
"""The same while the database is down: nothing but this page has a title or an amount then."""
REFUSAL_STATUSES = {
    RefusalKind.ROLE: 403,
    RefusalKind.PERSON: 403,
    RefusalKind.STATE: 409,
    RefusalKind.INPUT: 422,
}
RESULT_PAGES: dict[str, tuple[str, str]] = {
    "poll": ("polls.show", "poll_id"),
    "assessment": ("assessments.show", "assessment_id"),
    "sample": ("coding.show", "sample_id"),
    "office_recovery": ("office_recovery.show", "recovery_id"),
}
"""Endpoint and URL argument of the subject types that do not belong to a proposal."""
PROCESS_PAGES: dict[str, Callable[[str, int], str]] = {
    "meeting": lambda slug, row_id: url_for("meetings.index", slug=slug) + f"#meeting-{row_id}",
    "study_plan": lambda slug, row_id: url_for("study_plans.show", slug=slug, plan_id=row_id),
}
"""Address of the subject types that stand on a page of their process, by its slug and their id."""
DRAFT_TEXT_PARTS = ("document_version", "unit_answer", "unit_contribution")
"""Subject types that stand on a page of a draft text."""


class ForeignForm(BadRequest):
    """A form that no page of this site sent, or whose sender the browser hides."""


def init_app(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(CSRFError, handle_invalid_csrf_token)
    app.register_error_handler(ForeignForm, handle_foreign_form)
    app.register_error_handler(Refused, handle_refused)
    app.register_error_handler(RepeatedForm, handle_repeated_form)
    app.register_error_handler(ChangedForm, handle_changed_form)
    app.register_error_handler(StorageUnavailable, handle_storage_unavailable)
    app.register_error_handler(Exception, handle_unexpected_error)


def handle_http_error(error: HTTPException) -> ResponseReturnValue:
    """Return the page of an error status; redirects and other statuses pass unchanged."""
    code = error.code or 500
    if is_api(request.path) and code >= 400:
        return _problem_of(error, code)
    if code not in STATUSES_WITH_PAGE:
        return error.get_response()
    if isinstance(error, BadHost):  # no URL can be built for it
        return _render_plain("site/errors/bad_host.html"), code
    text = "" if code == 413 else _typed_text()  # a body that is too large is not parsed
    return _error_page(f"site/errors/{code}.html", code, text=text)


def _problem_of(error: HTTPException, code: int) -> ResponseReturnValue:
    """Return the problem of the read API that an error is, with what is wrong by parameter."""
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    errors = {
        name: [str(text) for text in (texts if isinstance(texts, list) else [texts])]
        for name, texts in messages.get("query", {}).items()
    }
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    detail = _("A parameter is not valid.") if errors else ""
    return problem(code, detail, errors=errors, headers=headers)


def _error_page(template: str, status: int, **context: object) -> ResponseReturnValue:
    """Render an error page; without the database, which every page reads, that of the failure."""
    try:
        return render_template(template, **context), status
    except Exception as failure:  # it is handled as one of a view
        return current_app.handle_user_exception(failure)


def handle_invalid_csrf_token(_error: CSRFError) -> ResponseReturnValue:
    """Return a page that shows the submitted fields in a form with a new token."""
    return _resubmit_page(_("This form was open too long or came from elsewhere."), 400)


def handle_foreign_form(error: ForeignForm) -> ResponseReturnValue:
    """Return a page with the typed text for copying: no button, as the sender may be an attack."""
    reason = error.description
    return _error_page("site/errors/400.html", 400, reason=reason, text=_typed_text())


def handle_changed_form(error: ChangedForm) -> ResponseReturnValue:
    """Return a page with both versions: a link to the one that arrived, the other in a form."""
    return _resubmit_page(
        _("An earlier version of this form arrived and is kept."),
        409,
        is_changed=True,
        first_url=_url_of_result(error),
        form=submitted_form(),
    )


def _resubmit_page(reason: str, status: int, **context: object) -> ResponseReturnValue:
    again = (request.full_path.rstrip("?"), submitted_fields())
    return _error_page("site/errors/400.html", status, reason=reason, again=again, **context)


def handle_refused(error: Refused) -> ResponseReturnValue:
    """Return a page with the reason of the refusal and the typed text for copying."""
    status = REFUSAL_STATUSES[error.kind]
    return _error_page(
        f"site/errors/{status}.html",
        status,
        reason=error.reason,
        kind=error.kind.value,
        possible_from=error.possible_from,
        place=error.place,
        text=_typed_text(),
        back_url=_previous_url(),
    )


def _previous_url() -> str:
    """Return the page of the site that the request came from, empty if it is unknown."""
    previous = split_url(request.referrer or "")
    if previous.netloc != request.host or previous.path == request.path:
        return ""
    return f"{previous.path}?{previous.query}" if previous.query else previous.path


def handle_repeated_form(error: RepeatedForm) -> ResponseReturnValue:
    """Redirect to the result of the first submission."""
    message = _("This was counted already; nothing was counted twice.")
    if not error.entry:  # what is not recorded has no receipt, and the page of its form
        return redirect_with_message(request.path, message)
    flash_with_receipt(message, error.entry)
    return see_other(_url_of_result(error) or url_for("home.front"))


def _url_of_result(first: RepeatedForm | ChangedForm) -> str:
    """Return the address of what the first submission made, empty where it has none."""
    if first.subject_type in PROCESS_PAGES:
        process = get_process_of(first.subject_type, first.subject_id)
        return PROCESS_PAGES[first.subject_type](process.slug, first.subject_id) if process else ""
    if first.subject_type in DRAFT_TEXT_PARTS:
        document_id = get_document_id_of(first.subject_type, first.subject_id)
        return url_for("documents.show", document_id=document_id) if document_id else ""
    if first.subject_type in RESULT_PAGES:
        endpoint, argument = RESULT_PAGES[first.subject_type]
        values: dict[str, Any] = {argument: first.subject_id}  # Any: url_for has other keywords
        return url_for(endpoint, **values)
    if first.proposal_id is not None:
        return url_for("proposals.show", proposal_id=first.proposal_id)
    return ""


def handle_unexpected_error(error: Exception) -> ResponseReturnValue:
    """Log an exception and return a page with the request id, which finds it in the log."""
    if current_app.testing and not current_app.config.get("SHOW_FAILURES"):
        raise error
    request_id = g.get("request_id") or secrets.token_hex(8)
    fields = {"request_id": request_id}
    current_app.logger.error("unexpected error", exc_info=error, extra={"fields": fields})
    if is_api(request.path):
        return problem(500)
    return _render_plain("site/errors/500.html", reference=request_id), 500


def handle_database_unavailable(error: Exception) -> ResponseReturnValue:
    """Log that the database is locked, full or down, and return a page with the time to retry.

    A reader of the replica gets the page from the primary instead.
    """
    if read_primary_instead():
        return _answer_again()
    return _unavailable("database unavailable", error)


def handle_storage_unavailable(error: Exception) -> ResponseReturnValue:
    """Log that the bucket of the files does not respond, and return a page with the time to retry.

    What was typed is on it.
    """
    return _unavailable("storage unavailable", error)


def _unavailable(message: str, error: Exception) -> ResponseReturnValue:
    fields = {"request_id": g.get("request_id", "")}
    current_app.logger.warning(message, exc_info=error, extra={"fields": fields})
    if is_api(request.path):
        return problem(503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    can_resend = _can_be_sent_again()
    page = _render_plain(
        "site/errors/503.html",
        wait=RETRY_AFTER_SECONDS,
        action=request.full_path.rstrip("?"),
        can_resend=can_resend,
        fields=list(request.form.items(multi=True))
        if can_resend
        else _typed_fields(MIN_KEPT_CHARACTERS),
    )
    return page, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}


def _answer_again() -> ResponseReturnValue:
    """Run the request once more, its hooks included; an error is handled as the first time."""
    try:
        answer: ResponseReturnValue | None = current_app.preprocess_request()
        return current_app.dispatch_request() if answer is None else answer
    except Exception as failure:  # it is handled as one of a view
        return current_app.handle_user_exception(failure)


def _render_plain(template: str, **context: object) -> str:
    """Render a template that needs no route, and without the context processors: no database."""
    static_url = current_app.static_url_path
    return current_app.jinja_env.get_template(template).render(static_url=static_url, **context)


def _can_be_sent_again() -> bool:
    """Return whether the form can be sent again from another page, with the tokens it has.

    The form key lets it count once. A passphrase is not shown, a file cannot be handed back; a
    field for files where none was chosen is sent without a name.
    """
    has_files = any(file.filename for file in request.files.values())
    return request.method == "POST" and not has_files and not SECRETS & set(request.form)


def _typed_fields(longer_than: int = MIN_TYPED_CHARACTERS) -> list[tuple[str, str]]:
    """Return the submitted texts that a person typed, without passphrases."""
    fields = submitted_fields() if request.method == "POST" else []
    return [(name, text) for name, text in fields if "pass" not in name and len(text) > longer_than]


def _typed_text() -> str:
    return "\n\n".join(text for _name, text in _typed_fields())

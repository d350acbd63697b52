"""What is said when something cannot be done: in the reader's language, with what was typed."""

import secrets
from typing import Any

from flask import Flask, current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from deliberate.operations import ChangedForm, RepeatedForm
from deliberate.permissions.decision import Refused
from deliberate.views.site.request_hooks import see_other, written

WAIT = 5
"""Seconds after which a writer may try again."""

SPOKEN = {400, 403, 404, 405, 410, 413, 429}


def init_app(app: Flask) -> None:
    """Say every error in the frame."""
    app.register_error_handler(HTTPException, say)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(RepeatedForm, repeated)
    app.register_error_handler(ChangedForm, changed)
    app.register_error_handler(Exception, failed)


def say(error: HTTPException) -> ResponseReturnValue:
    """An error page for a status; redirects and odd statuses pass as they are."""
    code = error.code or 500
    if code not in SPOKEN:
        return error.get_response()
    text = "" if code == 413 else _typed_text()  # what is too large is never read
    return render_template(f"site/errors/{code}.html", text=text), code


def expired(_error: CSRFError) -> ResponseReturnValue:
    """The form's token is no longer valid: the text is shown with one button to send it again."""
    return _send_again(_("This form was open too long or came from elsewhere.")), 400


def changed(_error: ChangedForm) -> ResponseReturnValue:
    """A form that was sent already came with other words: shown back under a new key."""
    return _send_again(_("This form was sent before with other words.")), 409


def _send_again(reason: str) -> str:
    again = (request.full_path.rstrip("?"), written())
    return render_template("site/errors/400.html", reason=reason, again=again)


def refused(error: Refused) -> ResponseReturnValue:
    """An act that may not be, with the reason; what was typed is handed back for copying."""
    return render_template("site/errors/403.html", who=error.reason, text=_typed_text()), 403


PAGES = {
    "poll": "polls.show",
    "assessment": "assessments.show",
    "sample": "coding.show",
    "office_recovery": "office_recovery.show",
}
"""Where things of these types are shown; what belongs to a proposal is shown with it."""


def repeated(error: RepeatedForm) -> ResponseReturnValue:
    """The same form once more: the first result is shown, nothing is counted twice."""
    flash(_("This was counted already; nothing was counted twice."))
    return see_other(_address_of(error))


def _address_of(first: RepeatedForm) -> str:
    if first.subject_type in PAGES:
        return url_for(PAGES[first.subject_type], number=first.subject_id)
    if first.proposal_id is not None:
        return url_for("proposals.show", number=first.proposal_id)
    return url_for("home.front")


def failed(error: Exception) -> ResponseReturnValue:
    """Something broke: nothing was saved; the reference finds it in the journal."""
    if current_app.testing and not current_app.config.get("SHOW_FAILURES"):
        raise error
    reference = g.get("request_id") or secrets.token_hex(8)
    told = {"request": reference}
    current_app.logger.error("failed", exc_info=error, extra={"told": told})
    return _plain("site/errors/500.html", reference=reference), 500


def unavailable(error: Exception) -> ResponseReturnValue:
    """The database is locked, full or away: nothing was saved, and when to try again."""
    told = {"request": g.get("request_id", "")}
    current_app.logger.warning("database unavailable", exc_info=error, extra={"told": told})
    return _plain("site/errors/503.html", wait=WAIT), 503, {"Retry-After": str(WAIT)}


def _plain(template: str, **words: object) -> str:
    """A page that asks nothing of the database, which may be what failed."""
    return current_app.jinja_env.get_template(template).render(**words)


def _typed_text() -> str:
    fields: list[tuple[str, Any]] = written() if request.method == "POST" else []
    return "\n\n".join(value for name, value in fields if len(value) > 20 and "pass" not in name)

"""Keeping the pace of what people send: too much at once waits, and no word of it is lost."""

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.operations.accounts.sign_in import TooManyAttempts
from deliberate.operations.site.rate_limits import RateLimit, consume, refund
from deliberate.views.site.request_hooks import current_person, written
from deliberate.views.site.response_headers import local_time


def init_app(app: Flask) -> None:
    """Count behind the door, so that only what somebody may send is counted."""
    app.before_request(_count)
    app.after_request(_give_back)
    app.register_error_handler(TooManyAttempts, too_many)


def _count() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    pace: RateLimit | None = getattr(view, "rate_limit", None)
    if pace is not None and request.method == "POST":
        g.turn = consume(pace, request.remote_addr or "", current_person())


def _give_back(answer: Response) -> Response:
    """What was refused or broke does not count as written."""
    if answer.status_code >= 400 and (turn := g.pop("turn", None)):
        refund(turn)
    return answer


def too_many(error: TooManyAttempts) -> ResponseReturnValue:
    """When it goes on, and everything that was typed with one button to send it then."""
    again = (request.full_path.rstrip("?"), written())
    page = render_template("site/errors/429.html", again_at=error.again_at, again=again)
    return page, 429, retry_after(error)


def retry_after(error: TooManyAttempts) -> dict[str, str]:
    """The same for programs: whole seconds until it goes on, one at least."""
    return {"Retry-After": str(max(1, int((error.again_at - now()).total_seconds()) + 1))}


def say_when(error: TooManyAttempts) -> str:
    """When somebody who tried too often may go on."""
    time = local_time(error.again_at, "HH.mm")
    return str(_("Too many tries. It goes on at %(time)s.", time=time))

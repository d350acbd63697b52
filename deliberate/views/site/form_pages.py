"""Pages with a form: one view shows the form, validates it, runs the operation and redirects."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from deliberate.permissions.decision import InvalidInput, RefusalKind, Refused
from deliberate.views.site.request_context import request_context

if TYPE_CHECKING:
    from werkzeug.datastructures import ImmutableMultiDict
    from wtforms import Field, Form

BOTH = ("GET", "POST")
"""Methods of a route that is served by form_page()."""
UNPROCESSABLE = 422


def submitted_data() -> "ImmutableMultiDict[str, str] | None":
    """Return the form data of a POST request, None otherwise, as a form class takes it."""
    return request.form if request.method == "POST" else None


def form_page(
    form: "Form",
    submit: Callable[[], ResponseReturnValue | None],
    template: str | Callable[..., str],
    *,
    show_refusal: bool = False,
    **context: object,
) -> ResponseReturnValue:
    """Show a form, or validate it and run `submit`; return the page, or the response of `submit`.

    `form` is built with submitted_data(). On POST with valid fields, `submit` calls the operation
    and returns a redirect; it returns None after adding errors to fields. The page is then
    rendered again with status 422, the errors and what was typed, also after InvalidInput.
    `template` is a template name or a function that returns the page; it receives `form`,
    `refusal` and `context`. With `show_refusal` the reason of Refused is shown on the page as
    `refusal`, otherwise the exception propagates.
    """
    refusal = ""
    remember_form(form)
    if request.method == "POST" and form.validate():
        try:
            response = submit()
        except Refused as refused:
            if show_refusal:
                refusal = str(refused.reason)
            elif refused.kind == RefusalKind.INPUT:
                flash(str(refused.reason), "error")
            else:
                raise
        else:
            if response is not None:
                return response
    values = {"form": form, "refusal": refusal, **context}
    page = template(**values) if callable(template) else render_template(template, **values)
    return page, (UNPROCESSABLE if request.method == "POST" else 200)


def is_accepted(field: "Field", rule: Callable[[str], None]) -> bool:
    """Return whether a rule of an operation takes the value of a field; show at it why not."""
    try:
        rule(field.data or "")
    except InvalidInput as invalid:
        field.errors = [str(invalid.reason)]
        return False
    return True


def render_secret(template: str, **context: object) -> ResponseReturnValue:
    """Return a page with what is shown only once; no browser and no proxy stores it."""
    return render_template(template, **context), {"Cache-Control": "no-store"}


def remember_form(form: "Form") -> None:
    """Keep the form of this request, for a page that offers to send it again with its labels."""
    g.submitted_form = form


def submitted_form() -> "Form | None":
    """Return the form of this request, None where the view has not read it."""
    form: Form | None = g.get("submitted_form")
    return form


def see_other(url: str, headers: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Return a 303 redirect, the response to a successful POST request."""
    response = redirect(url, 303)
    response.headers.update(headers or {})
    return response


def redirect_with_message(url: str, message: str) -> ResponseReturnValue:
    """Return a 303 redirect to a page that shows a success message."""
    flash(message, "success")
    return see_other(url)


def flash_with_receipt(message: str, entry: str = "") -> None:
    """Flash a success message that links to the receipt of the act just recorded, or of `entry`.

    The service worker reads the link from the page that follows a form which it sent later.
    """
    template = Markup('{} <a data-receipt href="{}">{}</a>')
    url = url_for("log.receipt", entry=entry or request_context().recorded_ids[-1])
    flash(template.format(message, url, _("Your receipt")), "success")

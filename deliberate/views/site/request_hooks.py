"""Request hooks: language, authorization by audience, CSRF protection and one-time form keys."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms import ValidationError

from deliberate.clock import now
from deliberate.config import LANGUAGES, MAX_UPLOAD_MB, is_loopback
from deliberate.extensions import csrf, login_manager
from deliberate.keys import signing_keys
from deliberate.operations import Submission
from deliberate.operations.accounts.devices import touch_device
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.accounts.second_factor import must_set_up_second_factor
from deliberate.queries.site.read_database import read_replica_if_current
from deliberate.views.site.delivery.problems import is_cookieless
from deliberate.views.site.errors import ForeignForm
from deliberate.views.site.form_pages import see_other
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    language_of,
    submitted_fields,
)
from deliberate.views.site.sign_in_prompt import render_held_prompt, render_sign_in
from deliberate.views.site.url_parsing import local_path, split_url

if TYPE_CHECKING:
    from deliberate.models import Person

LAST_SEEN_PRECISION = timedelta(minutes=5)
"""The last-seen time of a device is written again after this time."""
READS_PRIMARY = frozenset({"health", "metrics"})
"""Blueprints that say how the primary is."""
WITHOUT_SECOND_FACTOR = frozenset(
    {"static", "second_factor.show", "second_factor.add", "sign_in.sign_out"}
)
"""Endpoints open to a person who must still set up a second factor, beside the static pages."""


def init_app(app: Flask) -> None:
    """Register the hooks that run before every view."""
    app.url_map.strict_slashes = False
    app.url_value_preprocessor(_set_language)
    app.url_defaults(_add_language)
    app.before_request(_refuse_other_machines)
    app.before_request(_choose_database)
    app.before_request(_authorize_request)
    login_manager.user_loader(get_person_by_device_token)
    login_manager.session_protection = None


def _refuse_other_machines() -> None:
    """Answer only this machine where the installation has no TLS, whichever server runs it."""
    if not current_settings().plain_http:
        return
    host = urlsplit(f"//{request.host}").hostname or ""
    if not (is_loopback(request.remote_addr or "") and is_loopback(host)):
        abort(403, _("This installation is a trial without TLS: it answers only its own machine."))


def _choose_database() -> None:
    """Let a reader without a session read the replica, if the installation has one."""
    if (
        request.method in {"GET", "HEAD"}
        and request.blueprint not in READS_PRIMARY
        and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
    ):
        read_replica_if_current()


def audience_of(endpoint: str | None) -> tuple[str, ...]:
    """Return the audience of an endpoint: "public", "signed_in", or roles."""
    view = current_app.view_functions.get(endpoint or "")
    return tuple(getattr(view, "audience", ()))


def _set_language(
    _endpoint: str | None,
    values: dict[str, Any] | None,  # Any: Flask's signature
) -> None:
    values = values if values is not None else {}
    g.language = values.pop("lang", None) or language_of(request.path) or _preferred_language()


def _preferred_language() -> str:
    chosen = _chosen_language()
    if chosen in LANGUAGES:
        return chosen
    default = current_settings().default_lang
    return request.accept_languages.best_match(LANGUAGES, default) or default


def _chosen_language() -> str:
    """Return the language that the reader chose: by a parameter where no cookie is read."""
    if is_cookieless(request.path):
        return request.args.get("language", "")
    return request.cookies.get(current_app.config["LANGUAGE_COOKIE_NAME"], "")


def _add_language(
    endpoint: str,
    values: dict[str, Any],  # Any: Flask's signature
) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = g.get("language", "id")


def _authorize_request() -> ResponseReturnValue | None:
    """Return a response that replaces the view, or None where the view may run."""
    if request.url_rule is None:
        return None
    audience = audience_of(request.endpoint)
    if is_cookieless(request.path) and "public" in audience:
        return None
    if request.method == "POST" and _comes_from_this_site() is False:
        raise ForeignForm(_("Another site sent this form. Nothing was stored."))
    person = current_person()
    if person is None:
        return None if "public" in audience else _prompt_for_sign_in()
    _note_last_seen(person)
    if not {"public", "signed_in", person.role} & set(audience):
        abort(403)
    if _lacks_second_factor(person):
        return _require_second_factor()
    if request.method == "POST" and _takes_tokens(request.endpoint):
        _allow_large_form()
        _require_stated_origin()
        _require_csrf_token()
        _read_form_key()
    return None


def _allow_large_form() -> None:
    """Raise the limits of a form, before it is read, where the view says."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False) and request.mimetype == "multipart/form-data":
        # A text that was read from a file comes back as a field.
        request.max_content_length = request.max_form_memory_size = MAX_UPLOAD_MB * 1024 * 1024
    if parts := getattr(view, "form_parts", None):
        request.max_form_parts = parts


def _require_csrf_token() -> None:
    """Refuse a form without the token of its session, signed with any key of the ring."""
    token = csrf._get_csrf_token()
    try:
        validate_csrf(token, secret_key=signing_keys("form"))
    except ValidationError as error:
        raise CSRFError(error.args[0]) from error
    g.csrf_valid = True


def _lacks_second_factor(person: "Person") -> bool:
    """Return whether the person must set up a second factor before using the requested page."""
    return (
        request.endpoint not in WITHOUT_SECOND_FACTOR
        and request.blueprint != "static_pages"
        and must_set_up_second_factor(person)
    )


def _require_second_factor() -> ResponseReturnValue:
    """Redirect to the set-up of a second factor; a POST request is refused with its content."""
    if request.method == "POST":
        raise Refused(_("Set up your second factor first, then continue."))
    return see_other(url_for("second_factor.show"))


def _takes_tokens(endpoint: str | None) -> bool:
    view = current_app.view_functions.get(endpoint or "")
    return bool(getattr(view, "takes_tokens", True))


def _note_last_seen(person: "Person") -> None:
    seen_at = person.seen_at
    if seen_at is None or now() - seen_at > LAST_SEEN_PRECISION:
        touch_device(person.get_id() or "")


def _comes_from_this_site() -> bool | None:
    """Return whether a page of this site sent the form, None if the browser does not report it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    source = request.headers.get("Origin") or request.referrer
    return split_url(source).netloc == request.host if source else None


def _require_stated_origin() -> None:
    """Refuse a form of a signed-in person whose sender the browser hides, where TLS protects it."""
    if request.is_secure and _comes_from_this_site() is None:
        raise ForeignForm(
            _(
                "Your browser does not say which page sent this form, so nothing was stored. "
                "Allow it to send the address of the page to this site, then send the form again."
            )
        )


def _read_form_key() -> None:
    key = request.form.get("form_key", "")
    if 16 <= len(key) <= 64:
        content = json.dumps([request.path, submitted_fields()], ensure_ascii=False)
        g.submission = Submission(key, content)


def _prompt_for_sign_in() -> ResponseReturnValue:
    """Return the page to sign in or join; it carries the fields of a POST, which are not stored."""
    if request.method == "POST":
        return render_held_prompt(request.path, submitted_fields(), _previous_path()), 401
    return render_sign_in(request.full_path.rstrip("?")), 401


def _previous_path() -> str:
    """Return the path of the page of this site that the form was sent from, or an empty string."""
    parts = split_url(request.referrer or "")
    return (local_path(parts.path) or "") if parts.netloc == request.host else ""

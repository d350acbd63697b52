"""What views read of the current request: person, language, submitted fields, arguments."""

import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar, cast

from flask import abort, current_app, g, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import NotFound
from werkzeug.routing import BuildError

from deliberate.config import LANGUAGES, Settings
from deliberate.days import parse_day, parse_moment
from deliberate.keys import signing_keys
from deliberate.operations import RequestContext
from deliberate.text import MAX_INTEGER, parse_whole_number
from deliberate.views.site.delivery.slots import Slot, slot_or
from deliberate.vocabulary import Role

if TYPE_CHECKING:
    from deliberate.models import Person

Resource = TypeVar("Resource")
Choice = TypeVar("Choice", bound=StrEnum)
TOKENS = frozenset({"csrf_token", "form_key", "held_path", "held_fields", "held_from"})
"""Fields of every form that the person did not fill in."""
SECRETS = frozenset({"passphrase", "new_passphrase"})
"""Fields that are never shown again and never copied into another form."""


def current_settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.config["SETTINGS"])


def request_context() -> RequestContext:
    """Return the context for operations; the same object during the request."""
    if "request_context" not in g:
        g.request_context = RequestContext(
            language=g.language,
            network=request.remote_addr or "",
            submission=g.get("submission"),
        )
    return cast(RequestContext, g.request_context)


def current_person() -> "Person | None":
    """Return the signed-in person, or None for a request without a session."""
    if not current_user.is_authenticated:
        return None
    return cast("Person", current_user._get_current_object())


def signed_in_person() -> "Person":
    """Return the signed-in person; for routes whose audience excludes "public".

    Aborts with 401 where the request has no session.
    """
    person = current_person()
    if person is None:
        abort(401)
    return person


def is_staff(person: "Person | None") -> bool:
    """Return whether the account works for an institution."""
    return person is not None and person.role == Role.STAFF


def is_resident(person: "Person | None") -> bool:
    """Return whether the account has no role beside that of a resident."""
    return person is not None and person.role == Role.RESIDENT


def submitted_fields() -> list[tuple[str, str]]:
    """Return the fields of the submitted form in order, without tokens and passphrases."""
    return [(k, v) for k, v in request.form.items(multi=True) if k not in TOKENS | SECRETS]


def draft_owner() -> str:
    """Return the owner of what the browser stores, or an empty string without a session."""
    person = current_person()
    return slot_or(Slot.OWNER, lambda: person.draft_owner) if person else ""


def new_form_key() -> str:
    """Return a one-time key for a form, or an empty string for a request without a session.

    It begins with the owner of the form: what waits in a browser is sent by no other account.
    """
    person = current_person()
    return slot_or(Slot.FORM_KEY, lambda: _new_key_of(person)) if person else ""


def _new_key_of(person: "Person") -> str:
    return f"{person.draft_owner}-{secrets.token_urlsafe(18)}"


def new_csrf_token() -> str:
    """Return the session's CSRF token, or an empty string for a request without a session."""
    if current_person() is None:
        return ""
    return slot_or(Slot.CSRF_TOKEN, lambda: str(generate_csrf(signing_keys("form"))))


def language_of(path: str) -> str:
    """Return the language code that a URL path begins with, or an empty string."""
    first = path.split("/")[1] if "/" in path else ""
    return first if first in LANGUAGES else ""


def url_in_language(language: str) -> str:
    """Return the URL of the current page in another language, with the same path and query."""
    values = {**(request.view_args or {}), **request.args.to_dict(flat=False), "lang": language}
    try:
        return url_for(request.endpoint or "home.front", **values)
    except BuildError:
        return f"/{language}/"


def int_arg(name: str, maximum: int = MAX_INTEGER) -> int | None:
    """Return a non-negative integer from the query string, or None if it is absent or invalid."""
    return parse_whole_number(request.args.get(name, ""), maximum)


def int_field(name: str) -> int | None:
    """Return a non-negative integer from the form, or None if it is absent or invalid."""
    return parse_whole_number(request.form.get(name, ""))


def int_fields(name: str) -> list[int]:
    """Return the non-negative integers among the values of a field of the form."""
    numbers = map(parse_whole_number, request.form.getlist(name))
    return [number for number in numbers if number is not None]


def date_arg(name: str) -> date | None:
    """Return a date from the query string, or None if it is absent or invalid."""
    return parse_day(request.args.get(name, ""))


def moment_arg(name: str) -> datetime | None:
    """Return a moment from the query string as isoformat() writes it, or None."""
    return parse_moment(request.args.get(name, ""))


def enum_arg(name: str, default: Choice) -> Choice:
    """Return a member of an enumeration from the query string, or the default if it is invalid."""
    try:
        return type(default)(request.args.get(name, default))
    except ValueError:
        return default


def get_or_404(resource: Resource | None) -> Resource:
    """Return the resource; raise NotFound where a query returned None."""
    if resource is None:
        raise NotFound
    return resource

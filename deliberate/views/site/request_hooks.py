"""What is true of every request: language, who asks, who may, forms that count once."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.routing import BuildError

from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.extensions import csrf, login_manager
from deliberate.operations import Submission
from deliberate.operations.accounts.accounts import note_device
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_on_device
from deliberate.queries.accounts.second_factor import owes_factor
from deliberate.views.site.url_parsing import DigitsConverter, IdConverter, parts_of, path_within
from deliberate.vocabulary import Role

NOTE_AFTER = timedelta(minutes=5)
TOKENS = frozenset({"csrf_token", "form_key", "held_path", "held_fields", "held_from"})
"""Fields of every form that are not what the person wrote."""
ALWAYS = frozenset({"static", "second_factor.show", "second_factor.add", "account.sign_out"})
"""What is open to somebody who owes a second factor, beside the plain pages."""
SECRETS = frozenset({"passphrase", "new_passphrase"})
"""Fields that are never shown again and never travel inside another form."""

LEAVE_NOTHING = {"Clear-Site-Data": '"storage"'}
"""Whoever leaves takes along the drafts this browser keeps, also where no script runs."""


def init_app(app: Flask) -> None:
    """Stand at the door of every request."""
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = DigitsConverter
    app.url_map.converters["id"] = IdConverter
    app.url_value_preprocessor(_read_address)
    app.url_defaults(_fill_language)
    app.before_request(_open_door)
    login_manager.user_loader(person_on_device)
    login_manager.session_protection = None


def _read_address(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    values = values if values is not None else {}
    g.language = values.pop("lang", None) or language_of(request.path) or _preferred()


def language_of(path: str) -> str:
    """The language an address is in; empty where it has none."""
    first = path.split("/")[1] if "/" in path else ""
    return first if first in LANGUAGES else ""


def audience_of(endpoint: str | None) -> tuple[str, ...]:
    """Who a page is for: "public", "signed_in", or roles."""
    view = current_app.view_functions.get(endpoint or "")
    return tuple(getattr(view, "audience", ()))


def _preferred() -> str:
    chosen = request.cookies.get(current_app.config["LANGUAGE_COOKIE_NAME"], "")
    if chosen in LANGUAGES:
        return chosen
    default: str = current_app.config["SETTINGS"].default_lang
    return request.accept_languages.best_match(LANGUAGES, default) or default


def _fill_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = g.get("language", "id")


# --- who may come in -----------------------------------------------------------------------------


def _open_door() -> ResponseReturnValue | None:
    if request.url_rule is None:
        return None
    audience = audience_of(request.endpoint)
    if request.method == "POST" and not _is_from_here():
        abort(400)
    person = current_person()
    if person is None:
        return None if "public" in audience else _ask_to_sign_in()
    _note(person)
    if not {"public", "signed_in", person.role} & set(audience):
        abort(403)
    if (
        request.endpoint not in ALWAYS
        and request.blueprint != "static_pages"
        and owes_factor(person)
    ):
        return _lead_to_second_factor()
    if request.method == "POST" and _takes_tokens(request.endpoint):
        csrf.protect()
        _take_form_key()
    return None


def _lead_to_second_factor() -> ResponseReturnValue:
    """Before anything else; what was typed meanwhile is handed back."""
    if request.method == "POST":
        raise Refused(_("Set up your second factor first; then go on."))
    return see_other(url_for("second_factor.show"))


def _takes_tokens(endpoint: str | None) -> bool:
    view = current_app.view_functions.get(endpoint or "")
    return bool(getattr(view, "takes_tokens", True))


def current_person() -> Any:
    """The person who asks, or None for somebody not signed in."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def _note(person: Any) -> None:
    if person.seen_at is None or now() - person.seen_at > NOTE_AFTER:
        note_device(person.get_id())


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or parts_of(origin).netloc == request.host


def _take_form_key() -> None:
    key = request.form.get("form_key", "")
    if 16 <= len(key) <= 64:
        g.submission = Submission(key, json.dumps([request.path, written()], ensure_ascii=False))


def written() -> list[tuple[str, str]]:
    """What the person typed into the form: every field but tokens and passphrases, in order."""
    return [(k, v) for k, v in request.form.items(multi=True) if k not in TOKENS | SECRETS]


def _ask_to_sign_in() -> ResponseReturnValue:
    """Show the sign-in step; what was written travels inside its form and is stored nowhere."""
    if request.method == "POST":
        return render_sign_in(request.path, written(), came_from=_page_before()), 401
    return render_sign_in(request.full_path.rstrip("?"))


def _page_before() -> str:
    """The page of this site a form was sent from, for the way back to it."""
    parts = parts_of(request.referrer or "")
    same = parts.netloc == request.host
    return (path_within(parts.path) or "") if same else ""


def render_sign_in(
    path: str, fields: Iterable[tuple[str, str]] | None = None, came_from: str = "", **more: Any
) -> str:
    """The sign-in page, holding where one was going and what one had written or pressed.

    `fields` None: nothing was sent, one only wanted to look.
    """
    from deliberate.forms.accounts.account import SignInForm

    return render_template(
        more.pop("template", "accounts/account/sign_in.html"),
        form=more.pop("form", None) or SignInForm(MultiDict()),
        held_path=path,
        held_fields="" if fields is None else json.dumps(list(fields), ensure_ascii=False),
        held_from=came_from,
        holds=held_words(fields or ()),
        **more,
    )


def held_fields() -> list[tuple[str, str]] | None:
    """The fields a sign-in form carries for somebody; None where nothing was sent before."""
    held = request.form.get("held_fields", "")
    try:
        pairs = json.loads(held) if held else None
        return pairs and [(str(name), str(value)) for name, value in pairs if name not in TOKENS]
    except (ValueError, TypeError):
        return None


def held_words(fields: Iterable[tuple[str, str]]) -> list[str]:
    """What of the held fields are words somebody wrote, rather than a choice or a number."""
    return [value for _name, value in fields if len(value.split()) > 1]


def new_form_key() -> str:
    """A one-time key for a form; empty for somebody not signed in, whose pages carry none."""
    return secrets.token_urlsafe(18) if current_person() else ""


def new_csrf_token() -> str:
    """The session's token against forged forms; empty for somebody not signed in."""
    return str(generate_csrf()) if current_person() else ""


def in_language(language: str) -> str:
    """This page in another language, path and query kept."""
    values = {**(request.view_args or {}), **request.args.to_dict(flat=False), "lang": language}
    try:
        return url_for(request.endpoint or "home.front", **values)
    except BuildError:
        return f"/{language}/"


def int_arg(name: str) -> int | None:
    """A number in the address's query; None where there is none, or nothing that could be one."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else None


def see_other(address: str, headers: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """After an act: go and look (POST, 303, GET)."""
    answer = redirect(address, 303)
    answer.headers.update(headers or {})
    return answer


def after_act(said: str) -> None:
    """Tell on the next page what was done, with the way to its receipt."""
    more = Markup('{} <a href="{}">{}</a>')
    address = url_for("log.receipt", entry=g.entry)
    flash(more.format(said, address, _("Your receipt")), "success")


def get_or_404(thing: Any) -> Any:
    """The thing, or "not found" for what is not there or not for this person."""
    if thing is None:
        raise NotFound
    return thing


def is_staff(person: Any) -> bool:
    """Whether the account works for an institution."""
    return person is not None and person.role == Role.STAFF

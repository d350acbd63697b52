"""The sign-in page, which carries an interrupted request inside its form."""

import json
from collections.abc import Iterable

from flask import render_template, request, session
from werkzeug.datastructures import MultiDict

from deliberate.forms.accounts.account import JoinForm, SignInForm
from deliberate.text import drop_control_characters
from deliberate.views.site.request_context import TOKENS


def render_sign_in(
    path: str,
    fields: Iterable[tuple[str, str]] | None = None,
    came_from: str = "",
    *,
    template: str = "accounts/sign_in/sign_in.html",
    **context: object,
) -> str:
    """Return the sign-in page with the path and the fields of the request it interrupted.

    `fields` is None where the interrupted request was a GET request. `form` in `context` replaces
    the empty sign-in form.
    """
    form = context.pop("form", None) or SignInForm(MultiDict())
    return render_template(
        template,
        form=form,
        held_path=path,
        held_fields="" if fields is None else json.dumps(list(fields), ensure_ascii=False),
        held_from=came_from,
        holds=held_texts(fields or ()),
        **context,
    )


def render_held_prompt(path: str, fields: Iterable[tuple[str, str]], came_from: str) -> str:
    """Return the page that asks who sends a form: joining where no account has signed in before.

    Who writes for the first time mostly has no account; one button leads to the sign-in form.
    """
    if session.get("device_cookies"):
        return render_sign_in(path, fields, came_from)
    template = "accounts/sign_in/join.html"
    return render_sign_in(path, fields, came_from, template=template, form=JoinForm(MultiDict()))


def held_fields() -> list[tuple[str, str]] | None:
    """Return the fields of the interrupted request from the submitted form, None without any."""
    held = request.form.get("held_fields", "")
    try:
        pairs = json.loads(held) if held else None
        return pairs and [
            (drop_control_characters(str(name)), drop_control_characters(str(value)))
            for name, value in pairs
            if name not in TOKENS
        ]
    except (ValueError, TypeError):
        return None


def held_texts(fields: Iterable[tuple[str, str]]) -> list[str]:
    """Return the values with more than one word: texts rather than choices or numbers."""
    return [value for _name, value in fields if len(value.split()) > 1]
